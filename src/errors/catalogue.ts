import * as l10n from '@vscode/l10n';
import { dataErrors } from './dataErrors.js';
import { modelErrors } from './modelErrors.js';
import { runErrors } from './runErrors.js';
import { storeErrors } from './storeErrors.js';

/**
 * Every error that a user can meet: what was found and expected, and what to do. Arguments are plain values, so that a code and its
 * arguments cross processes and are put into words, in the reader's language, where they are shown.
 */
const catalogue = { ...dataErrors, ...modelErrors, ...runErrors, ...storeErrors };

export type ErrorCode = keyof typeof catalogue;
export type ErrorArguments<C extends ErrorCode> = Parameters<(typeof catalogue)[C]>[0];

/** The sentence that a person reads, in the current language, and what to do about it. */
export function describe<C extends ErrorCode>(code: C, args: ErrorArguments<C>): { message: string; advice: string } {
  return (catalogue[code] as (a: ErrorArguments<C>) => { message: string; advice: string })(args);
}

/** As `describe`, for an error from disk or from another process, perhaps of another version: a code that is not here stands for itself. */
export function describeMessage(error: { readonly code: string; readonly args: unknown }): {
  message: string;
  advice: string;
} {
  if (Object.hasOwn(catalogue, error.code)) return describe(error.code as ErrorCode, error.args as never);
  return {
    message: l10n.t('Unexpected: {reason}', { reason: `${error.code} ${JSON.stringify(error.args)}` }),
    advice: l10n.t('This is a defect of Softprompt: please report it with what its log shows.'),
  };
}
