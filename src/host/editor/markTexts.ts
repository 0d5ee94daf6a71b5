import { describeMessage } from '../../errors/catalogue.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { Verdict } from '../../protocol/evaluation.js';
import type { TaskSummary } from '../../protocol/inspectMessages.js';
import type { Mark, Outcome } from './rowMarks.js';

/** Beside the colour: what a mark is. */
export const sign: Readonly<Record<Outcome, string>> = { right: '✓', wrong: '✗', problem: '⚠' };

/** What a mark says of a row: the prediction, but for a text that is as it should be, or why there is none. */
export function verdictText({ expected, predicted, problem }: Verdict, task: 'classification' | 'generation'): string {
  if (problem) return reasonAtRow(problem);
  return task === 'generation' && predicted === expected ? '' : predicted;
}

/** What is wrong with a row, where the row itself says which file and line it is. */
export function reasonAtRow(problem: ErrorMessage): string {
  const { message } = describeMessage(problem);
  const { file, line } = problem.args;
  const place = [`${String(file)}:${String(line)}: `, `${String(file)}: `].find((begin) => message.startsWith(begin));
  return place === undefined ? message : message.slice(place.length);
}

/** ✗ positive 0.58; of a text whose probability alone is known, p 0.58. */
export function markText({ outcome, text, probability }: Mark): string {
  if (outcome === 'right' && text === '') return `p ${probability.toFixed(2)}`;
  const parts = outcome === 'problem' ? [text] : [text, probability.toFixed(2)];
  return [sign[outcome], ...parts.filter((part) => part !== '')].join(' ');
}

/** As many columns are seen of a line, mostly: what stands after a longer one is not. */
const seenColumns = 100;
/** Where more of a file's rows are longer, all have their marks in front, in a column of their own. */
const longShare = 0.2;

export type MarkPlace = 'end' | 'front' | 'column';

/** Where the marks of a file stand, by the lengths of its lines: at the ends of those that are seen, in front of others. */
export function markPlaces(lengths: readonly number[], isWrapped: boolean): (length: number) => MarkPlace {
  if (isWrapped) return () => 'end';
  const isLong = (length: number): boolean => length > seenColumns;
  if (lengths.filter(isLong).length > longShare * lengths.length) return () => 'column';
  return (length) => (isLong(length) ? 'front' : 'end');
}

const widestLabel = 24;

/** Characters that a column of marks takes: as many as its longest label. */
export function columnWidth(task: TaskSummary | undefined): number {
  const labels = Object.keys(task?.labels ?? {}).map(({ length }) => length);
  const around = markText({ row: 0, first: 0, last: 0, outcome: 'right', text: ' ', probability: 1 }).length;
  return around + Math.min(widestLabel, Math.max(0, ...labels)) + 1;
}
