import { ResponseError, type CancellationToken } from 'vscode-jsonrpc/node';

/** As the Language Server Protocol numbers it. */
const requestCancelled = -32800;

/** Aborted when the token is cancelled. */
export function signalOf(token: CancellationToken): AbortSignal {
  const abort = new AbortController();
  const cancel = (): void => abort.abort(new ResponseError(requestCancelled, 'cancelled'));
  if (token.isCancellationRequested) cancel();
  token.onCancellationRequested(cancel);
  return abort.signal;
}
