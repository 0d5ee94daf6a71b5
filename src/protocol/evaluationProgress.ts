import * as l10n from '@vscode/l10n';
import { wholeNumber } from './numbers.js';

/** How far an evaluation is: its rows first, then the same rows for what the score is compared with. `done` and `total` count both. */
export function evaluationProgress({
  rows,
  judged,
  done,
  total,
}: {
  readonly rows: number;
  /** Rows that were judged or cannot be. */
  readonly judged: number;
  readonly done: number;
  readonly total: number;
}): string {
  if (judged < rows || total <= rows)
    return l10n.t('{done} of {total}', { done: wholeNumber(judged), total: wholeNumber(rows) });
  return l10n.t('for comparison {done} of {total}', {
    done: wholeNumber(Math.max(0, done - rows)),
    total: wholeNumber(total - rows),
  });
}
