import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { comparePrompts } from '../evaluation/interpretation/comparePrompts.js';
import { describePrompt } from '../evaluation/interpretation/describePrompt.js';
import { mapPrompt } from '../evaluation/interpretation/mapPrompt.js';
import { compareRequest, describePromptRequest, mapProgress, mapRequest } from '../protocol/interpretationMessages.js';
import { cacheFolder } from '../store/storeLocation.js';
import { told } from './told.js';

/** Answers what a window asks about what prompts have learned. */
export function serveInterpretations(connection: MessageConnection): void {
  connection.onRequest(
    describePromptRequest,
    told(({ prompt, top }) => describePrompt({ promptFolder: prompt, top, cacheFolder: cacheFolder() })),
  );
  connection.onRequest(
    mapRequest,
    told(async ({ id, prompt, projection, words }, token: CancellationToken) => {
      let lastShare = 0;
      const onProgress = (share: number): void => {
        if (share - lastShare < leastProgress) return;
        lastShare = share;
        void connection.sendNotification(mapProgress, { id, share });
      };
      const request = { promptFolder: prompt, projection, words, cacheFolder: cacheFolder() };
      return mapPrompt(request, onProgress, signalOf(token));
    }),
  );
  connection.onRequest(
    compareRequest,
    told((request) => comparePrompts({ ...request, cacheFolder: cacheFolder() })),
  );
}

/** Less is not worth a message. */
const leastProgress = 0.01;

function signalOf(token: CancellationToken): AbortSignal {
  const abort = new AbortController();
  token.onCancellationRequested(() => abort.abort());
  return abort.signal;
}
