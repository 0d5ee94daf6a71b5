import { parseTree, type Node, type ParseError } from 'jsonc-parser';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Row, Table } from '../../protocol/dataset.js';

/**
 * A table from JSON objects: the columns in the order in which they first appear. A row without one of them holds null there, so that every
 * row has every column.
 */
export function objectTable(file: string, rows: readonly Row[], source: Table['source']): Table {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const complete = (row: Row): Row =>
    Object.keys(row.values).length === columns.length ? row : { ...row, values: withEvery(columns, row.values) };
  return { file, columns, rows: rows.map(complete), source };
}

function withEvery(columns: readonly string[], values: Row['values']): Row['values'] {
  return Object.fromEntries(columns.map((column) => [column, Object.hasOwn(values, column) ? values[column] : null]));
}

/** The values of one row; `data.jsonRow` for anything that is no object. */
export function rowValues(value: unknown, file: string, line: number): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new SoftpromptError('data.jsonRow', { file, line, found: briefly(value) });
}

/** What a value is, short enough for a message. */
export function briefly(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

/** A JSON text as a tree, which knows where its values stand. Throws as `jsonErrorAt`. */
export function jsonTree(text: string, file: string): Node {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  if (errors[0] === undefined && root !== undefined) return root;
  throw jsonErrorAt(text, file, 1, errors[0] ?? { offset: 0, length: 1 });
}

/** The first thing wrong with a text that `JSON.parse` refuses, at its line and column (1-based). */
export function jsonError(text: string, file: string, firstLine: number, cause?: unknown): SoftpromptError {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true });
  return jsonErrorAt(text, file, firstLine, errors[0] ?? { offset: 0, length: text.length }, cause);
}

/** `data.badJson`, or `data.jsonCutShort` at the end of the text. Offsets are in `text`, whose first line is `firstLine`. */
export function jsonErrorAt(
  text: string,
  file: string,
  firstLine: number,
  error: { offset: number; length: number },
  cause?: unknown,
): SoftpromptError {
  const before = text.slice(0, error.offset).split(/\r\n?|\n/);
  const place = { file, line: firstLine + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 };
  const found = text.slice(error.offset, error.offset + Math.min(Math.max(error.length, 1), 20));
  return found === ''
    ? new SoftpromptError('data.jsonCutShort', place, { cause })
    : new SoftpromptError('data.badJson', { ...place, found }, { cause });
}
