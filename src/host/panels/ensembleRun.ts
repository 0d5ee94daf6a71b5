import { randomUUID } from 'node:crypto';
import type { DatasetSource } from '../../protocol/dataset.js';
import type { EnsembleReport, EvaluationSummary, VoteRule } from '../../protocol/evaluation.js';
import {
  closeEvaluation,
  finishedNotification,
  judgedNotification,
  openEvaluation,
  rowsRequest,
  startEvaluation,
  stopEvaluation,
  voteRequest,
} from '../../protocol/evaluationMessages.js';
import type { DisagreedRows, EnsembleOutcome, EnsembleWork } from '../../protocol/ensembleMessages.js';
import { describeMessage } from '../../errors/catalogue.js';
import type { Evaluator } from '../services.js';
import { errorWords } from '../errorWords.js';

/** What an ensemble's evaluation has come to: followed from its beginning, or as it was kept. */
export interface EnsembleRun {
  readonly work: EnsembleWork;
  readonly outcome: EnsembleOutcome | undefined;
  readonly rows: DisagreedRows | undefined;
  /** The file that was judged, absolute. */
  readonly file: string | undefined;
  start(request: StartRequest): Promise<void>;
  /** Results that a store keeps; the members are asked nothing. */
  open(folder: string, vote: VoteRule): Promise<void>;
  /** By another rule, of what was judged. */
  vote(vote: VoteRule): Promise<void>;
  stop(): Promise<void>;
  moreRows(): Promise<void>;
  dispose(): void;
}

export interface StartRequest {
  readonly prompts: readonly string[];
  readonly vote: VoteRule;
  readonly source: DatasetSource;
  readonly store: string;
  /** Examples of prompt design; 0: none. */
  readonly examples: number;
}

export interface EnsembleRunOptions {
  readonly evaluator: Evaluator;
  /** A path as people of this workspace name it. */
  readonly shown: (path: string) => string;
  /** Something of what is shown changed. */
  readonly changed: () => void;
  readonly rowsChanged: () => void;
  /** An evaluation ended, with the report on as many rows as were judged, and where its rows are kept. */
  readonly reported: (report: EnsembleReport, of: { file: string; rows: number; evaluation?: string }) => void;
}

/** Rows that are asked for at once. */
const pageSize = 200;

interface Started {
  readonly id: string;
  readonly file: string;
  readonly rows: number;
  readonly trainedOn: number;
  readonly changedSince: boolean;
  readonly folder?: string;
  /** Whether its end is news, which the ensemble keeps. */
  readonly isNew: boolean;
}

export function ensembleRun({ evaluator, shown, changed, rowsChanged, reported }: EnsembleRunOptions): EnsembleRun {
  let work: EnsembleWork = { kind: 'idle' };
  let outcome: EnsembleOutcome | undefined;
  let rows: DisagreedRows | undefined;
  /** What is asked now has this id; answers to what was asked before come too late. */
  let id = '';
  let file: string | undefined;
  let started: Started | undefined;
  let wanted = pageSize;
  /** Where the rows of what is shown are kept. */
  let kept: string | undefined;

  const put = (next: EnsembleWork): void => {
    work = next;
    changed();
  };
  const fail = (error: unknown): void => put({ kind: 'failed', problem: errorWords(error) });
  const close = (): void => {
    if (id !== '') evaluator.notify(closeEvaluation, { id });
    id = '';
    started = undefined;
  };
  const begin = (): string => {
    close();
    wanted = pageSize;
    id = randomUUID();
    return id;
  };

  const readRows = async (): Promise<void> => {
    const of = id;
    const found = await evaluator.request(rowsRequest, {
      id: of,
      filter: { kind: 'disagreed' },
      from: 0,
      count: wanted,
    });
    if (of !== id) return;
    rows = found;
    rowsChanged();
  };
  const conclude = (summary: EvaluationSummary, of: Started): void => {
    const { ensemble } = summary;
    if (!ensemble) return;
    outcome = {
      file: shown(of.file),
      rows: summary.rows,
      judged: summary.judged,
      problems: summary.problems,
      complete: summary.complete,
      seconds: summary.seconds,
      trainedOn: of.trainedOn,
      changedSince: of.changedSince,
      report: { ...ensemble, disagreed: ensemble.disagreed.length },
      baselines: summary.baselines,
    };
  };

  const subscriptions = [
    evaluator.onNotification(judgedNotification, ({ id: of, done, total }) => {
      if (of !== id || work.kind !== 'running') return;
      put({ ...work, done, total });
    }),
    evaluator.onNotification(finishedNotification, ({ id: of, summary, problem }) => {
      if (of !== id || !started) return;
      conclude(summary, started);
      put(problem ? { kind: 'failed', problem: describeMessage(problem) } : { kind: 'idle' });
      if (started.isNew && summary.complete && summary.ensemble) {
        const { folder } = started;
        const place = folder === undefined ? {} : { evaluation: folder };
        reported(summary.ensemble, { file: started.file, rows: summary.judged, ...place });
      }
      // After another vote they come again, with other answers.
      if (summary.ensemble) readRows().catch(fail);
    }),
    evaluator.onDidEnd((error) => {
      if (id === '') return;
      id = '';
      if (work.kind === 'running' || work.kind === 'open') fail(error);
    }),
  ];

  return {
    get work() {
      return work;
    },
    get outcome() {
      return outcome;
    },
    get rows() {
      return rows;
    },
    get file() {
      return file;
    },
    async start({ prompts, vote, source, store, examples }) {
      const own = begin();
      file = source.path;
      put({ kind: 'running', file: shown(source.path), done: 0, total: 0 });
      try {
        const judge = { prompts, vote };
        const baselines = { none: true, examples };
        const answer = await evaluator.request(startEvaluation, { id: own, judge, source, baselines, store });
        if (own !== id) return;
        const { rows: count, trainedOn, folder } = answer;
        kept = folder;
        started = {
          id: own,
          file: source.path,
          rows: count,
          trainedOn,
          changedSince: false,
          isNew: true,
          ...(folder !== undefined && { folder }),
        };
      } catch (error) {
        if (own === id) fail(error);
      }
    },
    async open(folder, vote) {
      const own = begin();
      put({ kind: 'open' });
      try {
        const answer = await evaluator.request(openEvaluation, { id: own, folder });
        if (own !== id) return;
        kept = folder;
        file = answer.file;
        started = { id: own, ...answer, isNew: false, folder };
        conclude(answer.summary, started);
        put({ kind: 'idle' });
        // It was kept as it was voted then.
        await evaluator.request(voteRequest, { id: own, vote });
      } catch (error) {
        if (own === id) fail(error);
      }
    },
    async vote(vote) {
      if (id !== '') await evaluator.request(voteRequest, { id, vote });
      // Its process has ended since.
      else if (kept !== undefined) await this.open(kept, vote);
    },
    async stop() {
      if (id !== '') await evaluator.request(stopEvaluation, { id });
    },
    async moreRows() {
      wanted += pageSize;
      if (id !== '') await readRows();
    },
    dispose() {
      close();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
