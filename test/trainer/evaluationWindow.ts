import { PassThrough } from 'node:stream';
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import { openModelCache } from '../../src/evaluation/modelCache.js';
import type { ErrorMessage } from '../../src/errors/errorMessage.js';
import type { EvaluationSummary, Verdict } from '../../src/protocol/evaluation.js';
import { finishedNotification, judgedNotification, layoutNotification } from '../../src/protocol/evaluationMessages.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { serveEvaluations } from '../../src/trainer/serveEvaluations.js';

/** What a window has heard of one evaluation: marks as it would show them. */
export interface Heard {
  marks: (Verdict | undefined)[];
  revision: number;
  done: number;
  total: number;
  problem?: ErrorMessage | undefined;
  finished: { revision: number; summary: EvaluationSummary; problem?: ErrorMessage }[];
}

/** A window's side of the connection to the real server, in one process. */
export interface EvaluationWindow {
  readonly connection: MessageConnection;
  heard(id: string): Heard;
  /** Resolves once what is heard satisfies the condition; looks at every message. */
  until(id: string, condition: (heard: Heard) => boolean): Promise<Heard>;
  close(): void;
}

export function openWindow(): EvaluationWindow {
  const [toServer, toWindow] = [new PassThrough(), new PassThrough()];
  const server = createMessageConnection(toServer, toWindow);
  const connection = createMessageConnection(toWindow, toServer);
  serveEvaluations(server, openModelCache({ cacheFolder: cacheFolder(), idleMs: 0 }));
  const all = new Map<string, Heard>();
  const waiting = new Set<() => void>();
  const heard = (id: string): Heard => {
    const known = all.get(id) ?? { marks: [], revision: 0, done: 0, total: 0, finished: [] };
    all.set(id, known);
    return known;
  };
  const told = (): void => waiting.forEach((look) => look());
  connection.onNotification(judgedNotification, ({ id, revision, verdicts, done, total }) => {
    const evaluation = heard(id);
    Object.assign(evaluation, { revision, done, total });
    for (const verdict of verdicts) evaluation.marks[verdict.row] = verdict;
    told();
  });
  connection.onNotification(layoutNotification, ({ id, revision, cameFrom, problem }) => {
    const evaluation = heard(id);
    const before = evaluation.marks;
    evaluation.marks = cameFrom.map((from, row) => {
      const mark = before[from];
      return mark && { ...mark, row };
    });
    Object.assign(evaluation, { revision, problem });
    told();
  });
  connection.onNotification(finishedNotification, ({ id, ...finished }) => {
    heard(id).finished.push(finished);
    told();
  });
  server.listen();
  connection.listen();
  return {
    connection,
    heard,
    until: (id, condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition(heard(id))) return;
          waiting.delete(look);
          resolve(heard(id));
        };
        waiting.add(look);
        look();
      }),
    close: () => {
      connection.dispose();
      server.dispose();
    },
  };
}
