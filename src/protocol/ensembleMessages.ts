import type { Baselines, EnsembleReport, RowDetail, VoteRule } from './evaluation.js';
import type { Problem } from './panelMessages.js';

/** Between the extension host and the ensemble panel: the whole state whenever something changed, and rows as they are asked for. */

export interface EnsembleState {
  readonly folder: string;
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly isThere: boolean }[];
  readonly vote: VoteRule;
  readonly work: EnsembleWork;
  readonly result?: EnsembleOutcome;
}

/** What is under way, or became of it. `open`: kept results are being read. */
export type EnsembleWork =
  | { readonly kind: 'idle' }
  | { readonly kind: 'open' }
  | { readonly kind: 'running'; readonly file: string; readonly done: number; readonly total: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** The last evaluation, finished or stopped. */
export interface EnsembleOutcome {
  /** As the workspace names it. */
  readonly file: string;
  readonly rows: number;
  readonly judged: number;
  readonly problems: number;
  readonly complete: boolean;
  readonly seconds: number;
  /** Rows of the file that stood in the training data. */
  readonly trainedOn: number;
  /** Whether the file has changed since. */
  readonly changedSince: boolean;
  /** How many of the rows the members disagree on is all that the page needs of these. */
  readonly report: Omit<EnsembleReport, 'disagreed'> & { readonly disagreed: number };
  readonly baselines: Baselines;
}

/** Some of the rows that the members disagree on, from the first on. */
export interface DisagreedRows {
  readonly total: number;
  readonly rows: readonly RowDetail[];
}

export type ToEnsemblePanel =
  | { readonly type: 'state'; readonly state: EnsembleState }
  | { readonly type: 'rows'; readonly rows: DisagreedRows }
  /** What was asked could not be done. */
  | { readonly type: 'problem'; readonly problem: Problem };

export type FromEnsemblePanel =
  | { readonly type: 'snapshot' }
  | { readonly type: 'vote'; readonly vote: VoteRule }
  /** Asks for a file. */
  | { readonly type: 'run' }
  | { readonly type: 'stop' }
  | { readonly type: 'moreRows' }
  | { readonly type: 'openRow'; readonly line: number; readonly endLine: number }
  | { readonly type: 'chooseMembers' };

/** What the webview keeps for a reload. */
export interface EnsemblePanelState {
  /** The ensemble's folder. */
  readonly ensemble: string;
}
