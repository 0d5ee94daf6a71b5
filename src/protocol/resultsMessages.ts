import type { EvaluationSummary, Judge, RowDetail, RowFilter, VoteRule } from './evaluation.js';
import type { Problem } from './panelMessages.js';

/** Between the extension host and the results panel: the state as a whole, small, a few times a second; rows as they are asked for. */
export interface ResultsState {
  /** As it is called in the workspace. */
  readonly file: string;
  /** Of the prompt or the ensemble. */
  readonly name: string;
  readonly state: ResultsPhase;
  /** Rows that were asked for under another version may be others by now. */
  readonly version: number;
  /** Rows judged so far and of how many, baselines included. */
  readonly done: number;
  readonly total: number;
  readonly rows: number;
  readonly right: number;
  readonly wrong: number;
  readonly problems: number;
  readonly task?: 'classification' | 'generation';
  readonly summary?: EvaluationSummary;
  readonly problem?: Problem;
  /** Names of the runs that use the cores at the same time. */
  readonly training: readonly string[];
  readonly trainedOn: number;
  readonly changedSince: boolean;
  /** Names of an ensemble's members; empty for one prompt. */
  readonly members: readonly string[];
  readonly vote?: VoteRule;
}

/** `none`: the evaluation was cleared, or is not begun. */
export type ResultsPhase = 'none' | 'starting' | 'running' | 'finished' | 'stopped' | 'ended';

/** What the page keeps for a reload. */
export interface KeptResults {
  readonly file: string;
  readonly name: string;
  readonly judge: Judge;
  /** Where the results are kept. */
  readonly folder?: string;
}

/** A row as the page shows it. */
export interface ResultsRow extends RowDetail {
  /** Why it could not be judged, in the reader's language. */
  readonly reason?: string;
}

export type ToResults =
  | { readonly type: 'state'; readonly state: ResultsState; readonly kept: KeptResults }
  | {
      readonly type: 'rows';
      readonly ask: number;
      readonly total: number;
      readonly rows: readonly ResultsRow[];
    }
  /** The rows of an ask could not be had; the state says why. */
  | { readonly type: 'noRows'; readonly ask: number }
  /** What was asked for could not be done. */
  | { readonly type: 'problem'; readonly problem: Problem }
  /** Show this part. */
  | { readonly type: 'reveal'; readonly part: 'confusion' };

export type FromResults =
  | { readonly type: 'snapshot' }
  | {
      readonly type: 'rows';
      readonly ask: number;
      readonly filter: RowFilter;
      readonly from: number;
      readonly count: number;
    }
  | { readonly type: 'openRow'; readonly line: number; readonly endLine: number }
  | { readonly type: 'vote'; readonly vote: VoteRule }
  | { readonly type: ResultsAction };

export type ResultsAction = 'stop' | 'again' | 'export' | 'addTest' | 'openFile';
