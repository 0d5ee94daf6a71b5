import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ErrorMessage } from '../errors/errorMessage.js';
import type { DatasetSource } from './dataset.js';
import type { JudgedRow, Metrics } from './events.js';
import type { Gate } from './promptTest.js';
import type { EvaluationSummary, Judge, RowDetail, RowFilter, Verdict, VoteRule } from './evaluation.js';
import type { TaskSummary } from './inspectMessages.js';

/**
 * What a window and the evaluation process say to each other: the process keeps models and the prompts' keys and values between questions,
 * and the texts and results of the evaluations under way. An evaluation is named by an `id` that the window chose. Every change of its text
 * has a revision; what is told of a row belongs to the revision that it names.
 * A request that fails carries an `ErrorMessage` as its error's data.
 */

/**
 * Begins to judge a file's rows; answered as soon as its rows are known. Verdicts follow, and `finishedNotification` at the end.
 * Fails with `data.missingColumn` where the file has not the columns that the prompt was trained on: ask which stand for them.
 */
export const startEvaluation = new RequestType<EvaluationRequest, EvaluationStarted, void>('evaluation/start');
export interface EvaluationRequest {
  readonly id: string;
  readonly judge: Judge;
  readonly source: DatasetSource;
  /** What an editor shows, where it differs from the file. */
  readonly text?: string;
  /** The prompt's column → the file's, where they differ. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Lines (1-based, first and last) whose rows are judged first: those that are seen. */
  readonly first?: readonly [number, number];
  readonly maxRows?: number;
  /** What is scored beside it: the bare model, and prompt design with so many examples (0: none). */
  readonly baselines: { readonly none: boolean; readonly examples: number };
  /** A store that keeps the results; they are not kept without one. */
  readonly store?: string;
}
export interface EvaluationStarted {
  readonly rows: number;
  /** First and last line of each row, 1-based, one pair after the other. */
  readonly lines: readonly number[];
  readonly task: TaskSummary;
  /** Rows of the file that stood in the training data. */
  readonly trainedOn: number;
  /** The folder of the results, where they are kept. */
  readonly folder?: string;
}

/** Results that a store keeps, opened again under an id of its own; their verdicts follow as if they had just been made. */
export const openEvaluation = new RequestType<
  { readonly id: string; readonly folder: string },
  EvaluationStarted & { readonly summary: EvaluationSummary; readonly file: string; readonly changedSince: boolean },
  void
>('evaluation/open');

export const judgedNotification = new NotificationType<{
  readonly id: string;
  readonly revision: number;
  readonly verdicts: readonly Verdict[];
  /** Rows judged so far, and of how many, baselines included. */
  readonly done: number;
  readonly total: number;
}>('evaluation/judged');

/** Also after each change, once its rows are judged. */
export const finishedNotification = new NotificationType<{
  readonly id: string;
  readonly revision: number;
  readonly summary: EvaluationSummary;
  /** Why it ended early, if not by a person's will. */
  readonly problem?: ErrorMessage;
}>('evaluation/finished');

/** The text changed, in this order: `length` UTF-16 code units at `offset` became `text`. */
export const changeText = new NotificationType<{
  readonly id: string;
  readonly revision: number;
  readonly changes: readonly { readonly offset: number; readonly length: number; readonly text: string }[];
}>('evaluation/change');

/** Where rows stand after a change, which of them have to be judged again (their verdicts follow), and what is wrong with the text. */
export const layoutNotification = new NotificationType<{
  readonly id: string;
  readonly revision: number;
  readonly lines: readonly number[];
  /** Of the new numbers of rows, the old one; -1 where the row is new or another. */
  readonly cameFrom: readonly number[];
  readonly problem?: ErrorMessage;
}>('evaluation/layout');

/** Ends what is under way; what was judged stays. */
export const stopEvaluation = new RequestType<{ readonly id: string }, null, void>('evaluation/stop');
/** The evaluation is no longer needed. */
export const closeEvaluation = new NotificationType<{ readonly id: string }>('evaluation/close');

export const rowsRequest = new RequestType<
  { readonly id: string; readonly filter: RowFilter; readonly from: number; readonly count: number },
  { readonly total: number; readonly rows: readonly RowDetail[] },
  void
>('evaluation/rows');

/** Another vote rule for an ensemble, without running again: all verdicts and a summary follow. */
export const voteRequest = new RequestType<{ readonly id: string; readonly vote: VoteRule }, null, void>(
  'evaluation/vote',
);

/** Writes every row with its prediction to a file: .jsonl, .csv or .tsv by its ending. */
export const exportPredictions = new RequestType<{ readonly id: string; readonly path: string }, null, void>(
  'evaluation/export',
);

/**
 * A prompt test whose gates ask for texts: one is written for each row, which an evaluation does not do, and compared with its target.
 * Slow; it can be cancelled.
 */
export const testTexts = new RequestType<
  {
    readonly id: string;
    readonly prompt: string;
    readonly source: DatasetSource;
    readonly gates: readonly Gate[];
  },
  { readonly metrics: Metrics; readonly wrong: readonly JudgedRow[] },
  void
>('test/texts');
export const testedNotification = new NotificationType<{
  readonly id: string;
  readonly done: number;
  readonly total: number;
}>('test/progress');

/** How a text is generated. Greedy where the temperature is 0 and there is one beam. */
export interface Sampling {
  readonly maxTokens: number;
  readonly temperature: number;
  /** 0: all. */
  readonly topK: number;
  readonly topP: number;
  readonly beams: number;
  readonly seed: number;
  readonly stop: readonly string[];
}

/** One input, tried with a prompt or with the bare model. Tokens follow while it is under way; it can be cancelled. */
export const tryRequest = new RequestType<TryRequest, TryAnswer, void>('try/run');
export interface TryRequest {
  readonly id: string;
  /** Names the model, the template and the labels. */
  readonly prompt: string;
  /** Whether the prompt itself is left out. */
  readonly bare: boolean;
  /** A row's cells by the template's columns. */
  readonly values: Readonly<Record<string, string>>;
  readonly sampling: Sampling;
}
export interface TryAnswer {
  readonly input: string;
  readonly text: string;
  readonly tokens: number;
  readonly seconds: number;
  readonly ended: 'eos' | 'stop' | 'length';
  /** For label tasks, the highest first. */
  readonly probabilities?: readonly { readonly label: string; readonly probability: number }[];
}
export const tokenNotification = new NotificationType<{ readonly id: string; readonly text: string }>('try/token');
