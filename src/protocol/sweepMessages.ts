import type { Problem } from './panelMessages.js';
import type { SweepTable } from './sweepTable.js';

/** Between the extension host and the sweep panel: the whole state whenever something changed. */

export interface SweepState {
  readonly folder: string;
  /** The recipe as the workspace names it. */
  readonly recipe: string;
  readonly table: SweepTable;
}

export type ToSweepPanel =
  | { readonly type: 'state'; readonly state: SweepState }
  /** What was asked could not be done. */
  | { readonly type: 'problem'; readonly problem: Problem };

export type FromSweepPanel =
  | { readonly type: 'snapshot' }
  /** Runs what is not finished. */
  | { readonly type: 'run' }
  /** The panel of a run, by its id. */
  | { readonly type: 'openRun'; readonly run: string }
  | { readonly type: 'openRecipe' }
  /** The table as a file. */
  | { readonly type: 'openCsv' };

/** What the webview keeps for a reload. */
export interface SweepPanelState {
  /** The sweep's folder. */
  readonly sweep: string;
}
