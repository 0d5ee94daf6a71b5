import { createMessageConnection } from 'vscode-jsonrpc/node';
import { serveEvaluations } from './serveEvaluations.js';
import { serveInterpretations } from './serveInterpretations.js';
import { serveTrials } from './serveTrials.js';

/** The evaluation process: answers on the standard streams until they close, with models kept loaded between questions. */
export function evaluate(): void {
  const connection = createMessageConnection(process.stdin, process.stdout);
  serveEvaluations(connection);
  serveTrials(connection);
  serveInterpretations(connection);
  connection.onClose(() => process.exit());
  connection.listen();
}
