import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Listener } from '../evaluation/live/liveEvaluation.js';
import { rowLines } from '../evaluation/live/textRows.js';
import { finishedNotification, judgedNotification, layoutNotification } from '../protocol/evaluationMessages.js';
import type { EvaluationKeeper } from './keepEvaluation.js';

/** Tells a window what becomes of an evaluation, and a store what is to be kept of it. Each message waits until the last one is on its way. */
export function listenerTo(connection: MessageConnection, id: string, keeper: EvaluationKeeper | undefined): Listener {
  return {
    judged: (told) => connection.sendNotification(judgedNotification, { id, ...told }),
    layout: ({ rows, ...told }) =>
      connection.sendNotification(layoutNotification, { id, lines: rowLines(rows), ...told }),
    finished: (told) => connection.sendNotification(finishedNotification, { id, ...told }),
    keep: async (summary) => keeper?.finished(summary),
    answered: (stage, outcomes) => keeper?.answered(stage, outcomes),
    forgotten: () => keeper?.forgotten(),
  };
}
