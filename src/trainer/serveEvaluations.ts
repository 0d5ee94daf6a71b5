import { resolve } from 'node:path';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { readTableText } from '../data/readTable.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { predictionsEnding, writePredictions } from '../data/writePredictions.js';
import { detailRows, filterRows } from '../evaluation/live/filterRows.js';
import { judgeTask, openJudge } from '../evaluation/live/judge.js';
import { liveEvaluation, type LiveEvaluation } from '../evaluation/live/liveEvaluation.js';
import type { LiveSetting } from '../evaluation/live/textLedger.js';
import { readText, rowLines, textRows, type TextReading } from '../evaluation/live/textRows.js';
import { openTrainedRows } from '../evaluation/live/trainedRows.js';
import type { ModelCache } from '../evaluation/modelCache.js';
import {
  changeText,
  closeEvaluation,
  exportPredictions,
  openEvaluation,
  rowsRequest,
  startEvaluation,
  stopEvaluation,
  voteRequest,
  type EvaluationRequest,
  type EvaluationStarted,
} from '../protocol/evaluationMessages.js';
import { keepEvaluation } from './keepEvaluation.js';
import { listenerTo } from './evaluationListener.js';
import { openKept } from './openKept.js';
import { told } from './told.js';

/** Answers a window's questions about evaluations, and tells what becomes of them; several at a time. */
export function serveEvaluations(connection: MessageConnection, models: ModelCache): void {
  const sessions = new Map<string, LiveEvaluation>();
  const trained = openTrainedRows();

  const session = (id: string): LiveEvaluation => {
    const found = sessions.get(id);
    if (!found) throw new SoftpromptError('run.evaluationClosed', { id });
    return found;
  };
  const close = (id: string): void => {
    sessions.get(id)?.close();
    sessions.delete(id);
  };
  /** Verdicts follow the answer, which says what they are about. */
  const add = (id: string, added: LiveEvaluation, lines?: readonly [number, number]): void => {
    sessions.set(id, added);
    setImmediate(() => sessions.get(id) === added && added.begin(lines));
  };

  const start = async (request: EvaluationRequest): Promise<EvaluationStarted> => {
    const { id, judge, columns, maxRows, baselines } = request;
    close(id);
    const file = resolve(request.source.path);
    const source = { ...request.source, path: file };
    const opened = await openJudge(models, judge.prompts);
    const decoded = request.text === undefined ? await readTableText(file, source) : { text: request.text, source };
    const asked = { file, ...(columns && { columns }), ...(maxRows !== undefined && { maxRows }) };
    const table = readText(decoded.text, { ...asked, source: decoded.source });
    // What was inferred of the file stays, whatever is written into it.
    const reading: TextReading = { ...asked, source: table.source };
    const task = judgeTask(opened, table);
    const { prompts, base, grouping, first } = opened;
    if (grouping && baselines.examples > 0) {
      throw new SoftpromptError('run.groupExamples', { prompt: prompts[0]?.name ?? '' });
    }
    const rows = textRows(decoded.text, table, { task, grouping });
    const vote = judge.vote ?? 'majority';
    const trainedOn = await trained.count(first.opened.prompt, task, rows);
    const setting: LiveSetting = { folders: judge.prompts, reading, baselines, prompts, base, task, grouping };
    const keeper =
      request.store === undefined ? undefined : await keepEvaluation(request.store, { setting, vote, trainedOn });
    const listener = listenerTo(connection, id, keeper);
    const live = liveEvaluation(
      models,
      setting,
      { text: decoded.text, rows, vote, outcomes: {}, seconds: 0 },
      listener,
    );
    keeper?.watch(live);
    add(id, live, request.first);
    const folder = keeper?.folder;
    return { rows: rows.length, lines: rowLines(rows), task, trainedOn, ...(folder !== undefined && { folder }) };
  };

  connection.onDispose(() => [...sessions.keys()].forEach(close));
  connection.onRequest(startEvaluation, told(start));
  connection.onRequest(
    openEvaluation,
    told(async ({ id, folder }) => {
      close(id);
      const { setting, first, keeper, answer } = await openKept(folder);
      const live = liveEvaluation(models, setting, first, listenerTo(connection, id, keeper));
      keeper.watch(live);
      add(id, live);
      return answer;
    }),
  );
  connection.onNotification(changeText, ({ id, revision, changes }) => sessions.get(id)?.change(revision, changes));
  connection.onRequest(
    stopEvaluation,
    told(async ({ id }) => {
      sessions.get(id)?.stop();
      return Promise.resolve(null);
    }),
  );
  connection.onNotification(closeEvaluation, ({ id }) => close(id));
  connection.onRequest(
    rowsRequest,
    told(async ({ id, filter, from, count }) => {
      const snapshot = session(id).snapshot();
      const numbers = filterRows(snapshot, filter);
      return Promise.resolve({
        total: numbers.length,
        rows: detailRows(snapshot, numbers.slice(from, from + count)),
      });
    }),
  );
  connection.onRequest(
    voteRequest,
    told(async ({ id, vote }) => {
      session(id).vote(vote);
      return Promise.resolve(null);
    }),
  );
  connection.onRequest(
    exportPredictions,
    told(async ({ id, path }) => {
      predictionsEnding(path);
      const snapshot = session(id).snapshot();
      const judged = [...snapshot.rows.keys()].filter((row) => snapshot.verdicts[row] !== undefined);
      await writePredictions(path, detailRows(snapshot, judged));
      return null;
    }),
  );
}
