import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import type { CellRow } from './cellRow.js';
import { inferHeader } from './header.js';
import { plainRows } from './plainRows.js';
import { quotedRows } from './quotedRows.js';

/** Comma-separated text, cells quoted with " where needed. Without `delimiter`, the first row tells it. */
export function readCsv(text: string, file: string, source: DatasetSource): Table {
  const { quote = '"' } = source;
  const { delimiter = inferDelimiter(text, quote) } = source;
  return readDelimited(text, file, { ...source, delimiter, quote });
}

/** Tab-separated text: quotes are literal unless `quote` asks for them. */
export function readTsv(text: string, file: string, source: DatasetSource): Table {
  const { delimiter = '\t', quote = '' } = source;
  return readDelimited(text, file, { ...source, delimiter, quote });
}

/** A comma if the first row has one outside quotes; else what spreadsheets of other countries and databases write. */
function inferDelimiter(text: string, quote: string): string {
  const beginning = text.slice(0, 65_536);
  const unquoted = quote === '' ? beginning : beginning.replaceAll(new RegExp(`${quote}[^${quote}]*${quote}`, 'g'), '');
  const [firstRow = ''] = /[^\r\n]+/.exec(unquoted) ?? [];
  return [',', ';', '\t', '|'].find((delimiter) => firstRow.includes(delimiter)) ?? ',';
}

type DelimitedSource = DatasetSource & { delimiter: string; quote: string };

function readDelimited(text: string, file: string, source: DelimitedSource): Table {
  const { delimiter, quote, columns } = source;
  const rows = quote === '' ? plainRows(text, delimiter, columns?.length) : quotedRows(text, file, delimiter, quote);
  return namedTable(rows, file, source);
}

/**
 * Names the cells. The names are `columns`, else the header's, else column1, column2, …; with a header and `columns`, `columns` rename.
 * Every row must have as many cells as there are names.
 */
function namedTable(rows: readonly CellRow[], file: string, source: DatasetSource): Table {
  const header = source.header ?? inferHeader(rows, source.columns);
  const firstCells = rows[0]?.cells ?? [];
  const columns = source.columns ?? firstCells.map((cell, i) => (header && cell.trim()) || `column${i + 1}`);
  const duplicate = columns.find((column, i) => columns.indexOf(column) !== i);
  if (duplicate !== undefined) throw new SoftpromptError('data.duplicateColumn', { file, column: duplicate });
  const ragged = rows.find((row) => row.cells.length !== columns.length);
  if (ragged !== undefined) {
    const { line, cells } = ragged;
    throw new SoftpromptError('data.raggedRow', { file, line, expected: columns.length, found: cells.length });
  }
  const dataRows = header ? rows.slice(1) : rows;
  return { file, columns, rows: dataRows.map((row) => named(row, columns)), source: { ...source, header } };
}

function named({ cells, line, start, end }: CellRow, columns: readonly string[]): Row {
  return { values: Object.fromEntries(columns.map((column, i) => [column, cells[i]])), line, start, end };
}
