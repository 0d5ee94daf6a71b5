import { SoftpromptError } from '../errors/softpromptError.js';
import type { Row, Table } from '../protocol/dataset.js';
import { cellText, missingColumn } from './template.js';

/**
 * Whose a row is: the column's cell. Throws `data.missingColumn`; what it gives throws, for a row that does not say it, `data.missingCell`,
 * `data.notText` or `data.emptyGroup`, with its line.
 */
export function rowGroup({ columns, file }: Pick<Table, 'columns' | 'file'>, column: string): (row: Row) => string {
  if (!columns.includes(column)) throw missingColumn(column, columns, file);
  return (row) => {
    const group = cellText(row, column, file);
    if (group.trim() === '') throw new SoftpromptError('data.emptyGroup', { file, line: row.line, column });
    return group;
  };
}

/** Whose each row is. Throws what `rowGroup` and what it gives throw. */
export const groupsOfRows = (table: Table, column: string): string[] => table.rows.map(rowGroup(table, column));

/**
 * A table of each group's rows alone, in their order. Its columns are those that its own rows have, as if the file held no others; groups are
 * in the order of their names.
 */
export function groupTables(table: Table, column: string): Map<string, Table> {
  const rows = new Map<string, Row[]>();
  const groups = groupsOfRows(table, column);
  table.rows.forEach((row, i) => {
    const group = groups[i] ?? '';
    const own = rows.get(group);
    if (own) own.push(row);
    else rows.set(group, [row]);
  });
  return new Map(
    [...rows.keys()].sort().map((group) => {
      const own = rows.get(group) ?? [];
      const columns = table.columns.filter((name) => own.some(({ values }) => Object.hasOwn(values, name)));
      return [group, { ...table, columns, rows: own }];
    }),
  );
}

/** The rows whose group is none of the known ones: the first of them, and how many they are. */
export function strangers(
  { rows, file }: Pick<Table, 'rows' | 'file'>,
  groups: readonly string[],
  isKnown: (group: string) => boolean,
):
  | {
      readonly file: string;
      readonly line: number;
      readonly group: string;
      readonly rows: number;
      readonly groups: number;
    }
  | undefined {
  const unknown = groups.flatMap((group, i) => (isKnown(group) ? [] : [i]));
  const [first] = unknown;
  const row = first === undefined ? undefined : rows[first];
  if (first === undefined || row === undefined) return undefined;
  const names = new Set(unknown.map((i) => groups[i]));
  return { file, line: row.line, group: groups[first] ?? '', rows: unknown.length, groups: names.size };
}
