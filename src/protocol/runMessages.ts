import { NotificationType0, RequestType, RequestType0 } from 'vscode-jsonrpc';

/**
 * What a window says to the process of a run, over the socket that the run's folder names. What the run tells stands in its folder
 * (`events.jsonl`, `status.json`): a message only says that there is more.
 */

/** First of all; the token is the one in the run's folder. Whoever has attached is watching, until its connection closes. */
export const attachRequest = new RequestType<{ readonly token: string }, null, void>('run/attach');

/** Frees the cores after the step under way, with a checkpoint written. */
export const pauseRequest = new RequestType0<null, void>('run/pause');
export const continueRequest = new RequestType0<null, void>('run/continue');
/** Ends after the step under way and saves the best so far. */
export const stopRequest = new RequestType0<null, void>('run/stop');

/** Something was added to the run's folder. */
export const changedNotification = new NotificationType0('run/changed');
