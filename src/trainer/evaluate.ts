import { createMessageConnection } from 'vscode-jsonrpc/node';
import { openModelCache } from '../evaluation/modelCache.js';
import { cacheFolder } from '../store/storeLocation.js';
import { serveEvaluations } from './serveEvaluations.js';
import { serveInterpretations } from './serveInterpretations.js';
import { serveTrials } from './serveTrials.js';

/** The evaluation process: answers on the standard streams until they close, with models kept loaded between questions. */
export function evaluate(idleMinutes: number): void {
  const connection = createMessageConnection(process.stdin, process.stdout);
  const models = openModelCache({ cacheFolder: cacheFolder(), idleMs: idleMinutes * 60_000 });
  serveEvaluations(connection, models);
  serveTrials(connection, models);
  serveInterpretations(connection);
  connection.onClose(() => process.exit());
  connection.listen();
}
