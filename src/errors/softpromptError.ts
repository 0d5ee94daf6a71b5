import type { ErrorArguments, ErrorCode } from './catalogue.js';
import type { ErrorMessage } from './errorMessage.js';

/**
 * Something the user can act on: a code and its arguments, never a finished sentence, so that it crosses processes and languages.
 * `catalogue.ts` turns it into words.
 */
export class SoftpromptError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'SoftpromptError';

  constructor(
    readonly code: C,
    readonly args: ErrorArguments<C>,
    options?: { cause: unknown },
  ) {
    super(`${code} ${JSON.stringify(args)}`, options);
  }

  /** As it crosses processes. */
  toMessage(): ErrorMessage {
    return { code: this.code, args: { ...Object(this.args) } };
  }
}
