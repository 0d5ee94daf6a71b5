import { hash } from 'node:crypto';
import type { ResolvedTask } from '../../data/columns.js';
import { exampleMaker, inputWithSlots } from '../../data/examples.js';
import { rowGroup } from '../../data/groups.js';
import { parseTable } from '../../data/readTable.js';
import { lineIndexAt, textLines } from '../../data/textLines.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Example, Row, Table } from '../../protocol/dataset.js';
import type { Grouping } from '../../protocol/groupScores.js';

/** What the model reads for a row. */
export interface Asked {
  readonly example: Example;
  /** Whose row it is, where groups have prompts of their own. */
  readonly group?: string;
}

/** A row of a text that is judged: where it stands, and what the model reads, or why it cannot be judged. */
export interface TextRow {
  /** Begin and end (exclusive) in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** 1-based, first and last. */
  readonly line: number;
  readonly endLine: number;
  readonly content: Asked | { readonly problem: ErrorMessage };
  /** Names what is asked of the model: rows with equal keys get one answer. Empty where nothing can be asked. */
  readonly key: string;
  /** Names the row with what it should be: a row with an equal one is the same row elsewhere. */
  readonly identity: string;
}

/** How a text becomes rows. */
export interface TextReading {
  /** For messages. */
  readonly file: string;
  readonly source: DatasetSource;
  /** The prompt's column → the file's, where they differ. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly maxRows?: number;
}

/** A text as a table whose columns have the prompt's names. Throws what `parseTable` throws. */
export function readText(text: string, { file, source, columns = {}, maxRows }: TextReading): Table {
  const table = parseTable(text, file, source);
  const renamed = Object.entries(columns).filter(([own, theirs]) => own !== theirs && table.columns.includes(theirs));
  const rows = table.rows.slice(0, maxRows);
  if (renamed.length === 0) return { ...table, rows };
  const names = renamed.map(([own]) => own);
  const withNames = (row: Row): Row => ({
    ...row,
    values: { ...row.values, ...Object.fromEntries(renamed.map(([own, theirs]) => [own, row.values[theirs]])) },
  });
  return { ...table, columns: [...new Set([...table.columns, ...names])], rows: rows.map(withNames) };
}

/** How rows are asked about. */
export interface RowTask {
  readonly task: ResolvedTask;
  /** Undefined where one prompt judges all. */
  readonly grouping: Grouping | undefined;
}

/** Every row with its example or its problem. Throws `data.missingColumn` and what is wrong with the task itself. */
export function textRows(text: string, table: Table, { task, grouping }: RowTask): TextRow[] {
  const make = exampleMaker(table, task);
  const groupOf = grouping === undefined ? undefined : rowGroup(table, grouping.column);
  const lines = textLines(text);
  return table.rows.map((row) => {
    const { start, end, line } = row;
    const place = { start, end, line, endLine: lineIndexAt(lines, end) + 1 };
    try {
      const example = make(row);
      const group = groupOf?.(row);
      const asked = [inputWithSlots(example), ...(task.labels ? [] : [example.target])];
      const key = hashed([...asked, ...(group === undefined ? [] : ['', group])].join('\u0000'));
      const content = { example, ...(group !== undefined && { group }) };
      return { ...place, content, key, identity: `${key}${example.label ?? ''}` };
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      // The message names the line: the row is another where that changed.
      const identity = `${line} ${hashed(text.slice(start, end))}`;
      return { ...place, content: { problem: error.toMessage() }, key: '', identity };
    }
  });
}

/** Of every new row the number of the old one that it was, or -1: rows of equal identity in their order. */
export function matchRows(before: readonly TextRow[], after: readonly TextRow[]): number[] {
  const cameFrom = after.map(() => -1);
  const same = (i: number, j: number): boolean => before[i]?.identity === after[j]?.identity;
  const most = Math.min(before.length, after.length);
  let front = 0;
  while (front < most && same(front, front)) cameFrom[front] = front++;
  let back = 0;
  while (back < most - front && same(before.length - 1 - back, after.length - 1 - back)) {
    back++;
    cameFrom[after.length - back] = before.length - back;
  }
  const left = new Map<string, number[]>();
  for (let i = before.length - back - 1; i >= front; i--) {
    const { identity } = before[i] as TextRow;
    left.set(identity, [...(left.get(identity) ?? []), i]);
  }
  for (let j = front; j < after.length - back; j++) cameFrom[j] = left.get((after[j] as TextRow).identity)?.pop() ?? -1;
  return cameFrom;
}

/** A piece of a text that became another: `length` UTF-16 code units at `offset`. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export const applyChange = (text: string, { offset, length, text: inserted }: TextChange): string =>
  text.slice(0, offset) + inserted + text.slice(offset + length);

/** The rows that a change left alone, by their old numbers, where they stand now. For texts that cannot be read as a whole. */
export function untouchedRows(
  rows: readonly TextRow[],
  changes: readonly TextChange[],
  text: string,
): { rows: TextRow[]; cameFrom: number[] } {
  let kept = rows.map((row, from) => ({ row, from, start: row.start, end: row.end }));
  for (const { offset, length, text: inserted } of changes) {
    const shift = inserted.length - length;
    kept = kept.flatMap((place) => {
      if (place.end < offset) return [place];
      return place.start > offset + length ? [{ ...place, start: place.start + shift, end: place.end + shift }] : [];
    });
  }
  const lines = textLines(text);
  return {
    rows: kept.map(({ row, start, end }) => ({
      ...row,
      start,
      end,
      line: lineIndexAt(lines, start) + 1,
      endLine: lineIndexAt(lines, end) + 1,
    })),
    cameFrom: kept.map(({ from }) => from),
  };
}

/** First and last line of each row, one pair after the other. */
export const rowLines = (rows: readonly TextRow[]): number[] => rows.flatMap(({ line, endLine }) => [line, endLine]);

/** Short, and the same in every process. */
export const hashed = (text: string): string => hash('sha1', text, 'base64url');
