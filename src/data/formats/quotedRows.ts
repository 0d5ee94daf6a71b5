import { CsvError, parse } from 'csv-parse/sync';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { lineIndexAt, textLines } from '../textLines.js';
import type { CellRow } from './cellRow.js';

/** Rows of csv (RFC 4180): a quoted cell may hold delimiters, doubled quotes and line breaks; empty lines are skipped. */
export function quotedRows(text: string, file: string, delimiter: string, quote: string): CellRow[] {
  const bytes = Buffer.from(text);
  const lines = textLines(text);
  const rows: CellRow[] = [];
  let endByte = 0;
  let endOffset = 0;

  /** Begin of the row that follows the last one: past the empty lines that csv-parse skips. */
  const nextStart = (): number => {
    let start = endOffset;
    while (text[start] === '\n' || text[start] === '\r') start++;
    return start;
  };
  const lineOf = (offset: number): number => lineIndexAt(lines, offset) + 1;

  try {
    parse(bytes, {
      delimiter,
      quote,
      escape: quote,
      // Listed, since csv-parse would otherwise settle on the first kind of line break and miss the others.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_column_count: true,
      // csv-parse tells where a row ends only in UTF-8 bytes, and its line count takes a quoted CRLF for two lines.
      on_record: (cells: string[], { bytes: rowEnd }) => {
        const start = nextStart();
        endOffset += bytes.toString('utf8', endByte, rowEnd).length;
        endByte = rowEnd;
        rows.push({ cells, line: lineOf(start), start, end: withoutBreak(text, endOffset) });
        return null;
      },
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = lineOf(nextStart());
    const code = cause.code === 'CSV_QUOTE_NOT_CLOSED' ? 'data.openQuote' : 'data.strayQuote';
    throw new SoftpromptError(code, { file, line, quote }, { cause });
  }
  return rows;
}

function withoutBreak(text: string, end: number): number {
  if (text[end - 1] === '\n') return text[end - 2] === '\r' ? end - 2 : end - 1;
  return text[end - 1] === '\r' ? end - 1 : end;
}
