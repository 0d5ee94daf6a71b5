import * as l10n from '@vscode/l10n';
import { describe, type ErrorCode } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { ErrorMessage } from '../protocol/errorCode.js';

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

/** An error that came from another process of the same version, whose codes are therefore known. */
export function messageWords({ code, args }: ErrorMessage): ErrorWords {
  return describe(code as ErrorCode, args as never);
}
