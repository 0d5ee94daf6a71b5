import * as vscode from 'vscode';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { EvaluationSummary, RowDetail } from '../../protocol/evaluation.js';
import type { Metrics } from '../../protocol/events.js';
import {
  closeEvaluation,
  finishedNotification,
  judgedNotification,
  rowsRequest,
  startEvaluation,
  stopEvaluation,
  testedNotification,
  testTexts,
  type EvaluationRequest,
} from '../../protocol/evaluationMessages.js';
import type { Gate } from '../../protocol/promptTest.js';
import type { Evaluator } from '../services.js';

export interface JudgedFile {
  readonly metrics: Metrics;
  /** Why it ended early. */
  readonly problem?: ErrorMessage;
  /** The first rows that are wrong, and the first that could not be judged. */
  readonly wrong: readonly RowDetail[];
  readonly unjudged: readonly RowDetail[];
}

/** Judges a file once, from start to end, and forgets it in the process. Rejects with what failed, or a `CancellationError`. */
export async function judgeFile(
  evaluator: Evaluator,
  request: EvaluationRequest,
  mostRows: number,
  onProgress: (done: number, total: number) => void,
  token: vscode.CancellationToken,
): Promise<JudgedFile> {
  const { id } = request;
  const listening: vscode.Disposable[] = [];
  const finished = new Promise<{ readonly summary: EvaluationSummary; readonly problem?: ErrorMessage }>(
    (resolve, reject) => {
      listening.push(
        evaluator.onNotification(finishedNotification, ({ id: of, ...end }) => of === id && resolve(end)),
        evaluator.onNotification(judgedNotification, ({ id: of, done, total }) => of === id && onProgress(done, total)),
        evaluator.onDidEnd(reject),
        token.onCancellationRequested(() => {
          evaluator.request(stopEvaluation, { id }).catch(() => undefined);
          reject(new vscode.CancellationError());
        }),
      );
    },
  );
  // It may fail before anybody waits for it.
  finished.catch(() => undefined);
  const rows = async (kind: 'wrong' | 'problems'): Promise<readonly RowDetail[]> =>
    (await evaluator.request(rowsRequest, { id, filter: { kind }, from: 0, count: mostRows })).rows;
  try {
    await Promise.race([evaluator.request(startEvaluation, request, token), finished]);
    const { summary, problem } = await finished;
    return {
      metrics: summary.metrics,
      ...(problem && { problem }),
      wrong: await rows('wrong'),
      unjudged: summary.problems > 0 ? await rows('problems') : [],
    };
  } finally {
    vscode.Disposable.from(...listening).dispose();
    evaluator.notify(closeEvaluation, { id });
  }
}

/** As `judgeFile`, with a text written for each row and compared with its target. */
export async function judgeTexts(
  evaluator: Evaluator,
  { id, judge, source }: EvaluationRequest,
  gates: readonly Gate[],
  onProgress: (done: number, total: number) => void,
  token: vscode.CancellationToken,
): Promise<JudgedFile> {
  const listening = evaluator.onNotification(
    testedNotification,
    ({ id: of, done, total }) => of === id && onProgress(done, total),
  );
  try {
    const [prompt = ''] = judge.prompts;
    const { metrics, wrong } = await evaluator.request(testTexts, { id, prompt, source, gates }, token);
    const rows = wrong.map((row, i) => ({ ...row, row: i, right: false, endLine: row.line, input: row.expected }));
    return { metrics, wrong: rows, unjudged: [] };
  } catch (error) {
    throw token.isCancellationRequested ? new vscode.CancellationError() : error;
  } finally {
    listening.dispose();
  }
}
