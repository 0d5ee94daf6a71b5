import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { SoftpromptError } from '../errors/softpromptError.js';

/** The answer, or an error that crosses as a code and its arguments. */
export function told<P extends unknown[], R>(answer: (...params: P) => Promise<R>): (...params: P) => Promise<R> {
  return async (...params) => {
    try {
      return await answer(...params);
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      throw new ResponseError(ErrorCodes.InvalidParams, error.message, error.toMessage());
    }
  };
}
