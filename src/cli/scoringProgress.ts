import * as l10n from '@vscode/l10n';
import { wholeNumber } from '../protocol/numbers.js';
import { openDisplay, type Output } from './terminal.js';

/** Shows how many rows are scored while work goes on. Results may go into a file: what is only for the eye goes beside them, to `err`. */
export async function withScoringProgress<R>(
  err: Output,
  work: (onProgress: (done: number, total: number) => void) => Promise<R>,
): Promise<R> {
  const display = openDisplay(err);
  try {
    return await work((done, total) => {
      display.print([], l10n.t('{done} of {total} scored', { done: wholeNumber(done), total: wholeNumber(total) }));
    });
  } finally {
    display.close();
  }
}
