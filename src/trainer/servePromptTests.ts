import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { defined } from '../common/assert.js';
import { runPromptTests } from '../evaluation/promptTests.js';
import { testedNotification, testTexts } from '../protocol/evaluationMessages.js';
import { testOf } from '../protocol/promptTest.js';
import { cacheFolder } from '../store/storeLocation.js';
import { signalOf } from './cancelled.js';
import { told } from './told.js';

/** Prompt tests that need texts to be written, as `softprompt test` runs them. */
export function servePromptTests(connection: MessageConnection): void {
  connection.onRequest(
    testTexts,
    told(async ({ id, prompt, source, gates }, token: CancellationToken) => {
      const request = {
        promptFolder: prompt,
        tests: gates.map((gate) => testOf(source, gate)),
        // Its path is absolute.
        recipeFile: source.path,
        cacheFolder: cacheFolder(),
      };
      const onProgress = (done: number, total: number): void =>
        void connection.sendNotification(testedNotification, { id, done, total });
      const [tested] = await runPromptTests(request, onProgress, signalOf(token));
      const { metrics, wrong } = defined(tested, 'a tested file');
      return { metrics, wrong };
    }),
  );
}
