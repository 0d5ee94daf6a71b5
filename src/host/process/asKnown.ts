import { ResponseError } from 'vscode-jsonrpc/node';
import { isErrorCode, type ErrorArguments } from '../../errors/catalogue.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';

/** An answer's failure as the error that it was in the other process. */
export function asKnown(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const { code, args } = (error.data ?? {}) as Partial<ErrorMessage>;
  return code !== undefined && isErrorCode(code)
    ? new SoftpromptError(code, args as ErrorArguments<typeof code>, { cause: error })
    : error;
}
