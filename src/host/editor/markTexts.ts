import { describeMessage } from '../../errors/catalogue.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { Verdict } from '../../protocol/evaluation.js';
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

/** ✗ positive 0.58 */
export function markText({ outcome, text, probability }: Mark): string {
  const parts = outcome === 'problem' ? [text] : [text, probability.toFixed(2)];
  return [sign[outcome], ...parts.filter((part) => part !== '')].join(' ');
}

/** As many columns are seen of a line, mostly: what stands after a longer one is not. */
const seenColumns = 120;

/** Whether a row's mark stands in front of it, as nobody would see its end. */
export function standsInFront(lineLength: number, isWrapped: boolean): boolean {
  return !isWrapped && lineLength > seenColumns;
}
