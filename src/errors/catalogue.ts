import * as l10n from '@vscode/l10n';
import { dataErrors } from './dataErrors.js';
import { evaluationErrors } from './evaluationErrors.js';
import { groupErrors } from './groupErrors.js';
import { modelErrors } from './modelErrors.js';
import { runErrors } from './runErrors.js';
import type { ErrorMessage } from './errorMessage.js';
import { storeErrors } from './storeErrors.js';
import { sweepErrors } from './sweepErrors.js';
import { transferErrors } from './transferErrors.js';

/**
 * Every error that a user can meet: what was found and expected, and what to do. Arguments are plain values, so that a code and its
 * arguments cross processes and are put into words, in the reader's language, where they are shown.
 */
const catalogue = {
  ...dataErrors,
  ...evaluationErrors,
  ...groupErrors,
  ...modelErrors,
  ...runErrors,
  ...storeErrors,
  ...sweepErrors,
  ...transferErrors,
};

export type ErrorCode = keyof typeof catalogue;
export type ErrorArguments<C extends ErrorCode> = Parameters<(typeof catalogue)[C]>[0];

/** The sentence that a person reads, in the current language, and what to do about it. */
export function describe<C extends ErrorCode>(code: C, args: ErrorArguments<C>): { message: string; advice: string } {
  return (catalogue[code] as (a: ErrorArguments<C>) => { message: string; advice: string })(args);
}

/** As `describe`, for an error that comes from another process or from a file; one that this version does not know, as it came. */
export function describeMessage({ code, args }: ErrorMessage): { message: string; advice: string } {
  return isErrorCode(code)
    ? describe(code, args as ErrorArguments<typeof code>)
    : {
        message: l10n.t('Unexpected: {reason}', { reason: `${code} ${JSON.stringify(args)}` }),
        advice: l10n.t('This is a defect of Softprompt: please report it with what its log shows.'),
      };
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
