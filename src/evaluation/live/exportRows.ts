import { extname } from 'node:path';
import type { Verdict } from '../../protocol/evaluation.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import type { Snapshot } from './liveEvaluation.js';
import { readText, type TextReading } from './textRows.js';

const addedColumns = ['predicted', 'probability', 'right'] as const;

/**
 * Writes every row as the text has it, with its prediction, its probability and whether it is right, which stay empty where a row was not
 * judged: JSON Lines, or as `.csv` or `.tsv` where the path ends so, quoted where a cell needs it (RFC 4180).
 * Throws what reading the text throws, `store.noSpace` or `store.readOnly`.
 */
export async function exportRows(
  path: string,
  { text, verdicts }: Snapshot,
  { file, source, maxRows }: TextReading,
): Promise<void> {
  const { columns, rows } = readText(text, { file, source, ...(maxRows !== undefined && { maxRows }) });
  const names = addedColumns.map((name) => (columns.includes(name) ? `softprompt_${name}` : name));
  const records = rows.map(({ values }, i): Record<string, unknown> => {
    const cells = predictionCells(verdicts[i]);
    return { ...values, ...Object.fromEntries(names.map((name, k) => [name, cells[k]])) };
  });
  const delimiter = { '.csv': ',', '.tsv': '\t' }[extname(path).toLowerCase()];
  const lines =
    delimiter === undefined
      ? records.map((record) => JSON.stringify(record))
      : delimited([...columns, ...names], records, delimiter);
  await writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
}

function predictionCells(verdict: Verdict | undefined): unknown[] {
  if (!verdict || verdict.problem) return [null, null, null];
  return [verdict.predicted, Number(verdict.probability.toPrecision(6)), verdict.right];
}

function delimited(
  columns: readonly string[],
  records: readonly Readonly<Record<string, unknown>>[],
  delimiter: string,
): string[] {
  const cell = (value: unknown): string => {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
    return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const line = (cells: readonly unknown[]): string => cells.map(cell).join(delimiter);
  return [line(columns), ...records.map((record) => line(columns.map((column) => record[column])))];
}
