import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { EvaluationSummary, Judge } from '../../protocol/evaluation.js';
import type { TaskSummary } from '../../protocol/inspectMessages.js';
import type { RowMarks } from './rowMarks.js';

/** `ended`: the process, the prompt or the file is gone, and with it what was known of the rows. */
export type EvaluationState = 'starting' | 'running' | 'finished' | 'stopped' | 'ended';

/** A file that is evaluated, or was, as a window knows it. */
export interface FileEvaluation {
  readonly id: string;
  readonly file: string;
  readonly judge: Judge;
  /** Of the prompt or the ensemble. */
  readonly name: string;
  readonly state: EvaluationState;
  /** Counted up when rows were judged or moved. */
  readonly version: number;
  /** Rows judged so far and of how many, baselines included. */
  readonly done: number;
  readonly total: number;
  readonly marks: RowMarks;
  readonly task?: TaskSummary;
  /** Of the rows as they last were all judged. */
  readonly summary?: EvaluationSummary;
  /** Why it ended, or what is wrong with the text as it is now. */
  readonly problem?: ErrorMessage;
  /** Rows that stood in the training data. */
  readonly trainedOn: number;
  /** Where the results are kept. */
  readonly folder?: string;
  /** Whether the file was changed since, without its rows being judged again. */
  readonly changedSince: boolean;
}
