import * as l10n from '@vscode/l10n';
import { describe } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';

/** What to tell a person of a failure, and what to do about it. */
export interface ErrorWords {
  readonly message: string;
  readonly advice: string;
}

export function errorWords(error: unknown): ErrorWords {
  if (error instanceof SoftpromptError) return describe(error.code, error.args);
  return {
    message: error instanceof Error ? error.message : String(error),
    advice: l10n.t('This was not expected; the log of Softprompt may say more.'),
  };
}
