import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';

/**
 * What a window says to the process of a run, over the socket that the run's folder names. What the run tells stands in its folder
 * (`events.jsonl`, `status.json`): a message only says that there is more.
 */

/** First of all; the token is the one in the run's folder. Answers with how many events there are. */
export const attachRequest = new RequestType<{ readonly token: string }, { readonly events: number }, void>(
  'run/attach',
);

/** Frees the cores after the step under way, with a checkpoint written. */
export const pauseRequest = new RequestType0<void, void>('run/pause');
export const continueRequest = new RequestType0<void, void>('run/continue');
/** Ends after the step under way and saves the best so far. */
export const stopRequest = new RequestType0<void, void>('run/stop');

/** The events or the status changed on disk. */
export const changedNotification = new NotificationType<{ readonly events: number }>('run/changed');
