import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import type { ModelCache } from '../evaluation/modelCache.js';
import { tryPrompt } from '../evaluation/tryPrompt.js';
import { tokenNotification, tryRequest } from '../protocol/evaluationMessages.js';
import { signalOf } from './cancelled.js';
import { told } from './told.js';

/** Tries inputs with saved prompts, one at a time. Their text is told as it comes; a request that is cancelled ends after the token under way. */
export function serveTrials(connection: MessageConnection, models: ModelCache): void {
  connection.onRequest(
    tryRequest,
    told(async ({ id, ...request }, token: CancellationToken) => {
      const onText = (text: string): void => void connection.sendNotification(tokenNotification, { id, text });
      return tryPrompt(models, request, onText, signalOf(token));
    }),
  );
}
