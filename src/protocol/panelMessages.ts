import type { RunEvent } from './events.js';

/**
 * Between the extension host and the training panel. State comes as a numbered snapshot and numbered deltas; a panel that misses a number
 * asks for the snapshot again.
 */
export type RunState = 'queued' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed' | 'interrupted';

export interface PanelRun {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Why it failed or waits, and what to do, in the reader's language. */
  readonly message?: string;
  readonly advice?: string;
  /** Whether a process can be asked to pause, go on or stop. */
  readonly controllable: boolean;
}

export type ToPanel =
  | {
      readonly type: 'snapshot';
      readonly number: number;
      /** The run that the panel is about, first; others are overlaid. */
      readonly runs: readonly { readonly run: PanelRun; readonly events: readonly RunEvent[] }[];
      /** Runs that can be overlaid. */
      readonly comparable: readonly { readonly id: string; readonly name: string }[];
    }
  | {
      readonly type: 'delta';
      readonly number: number;
      readonly run: PanelRun;
      /** How many of the run's events stay, which is the number of the first one here: a resumed run tells some again. */
      readonly from: number;
      readonly events: readonly RunEvent[];
    };

export type FromPanel =
  | { readonly type: 'snapshot' }
  | {
      readonly type: 'pause' | 'continue' | 'stop' | 'resume' | 'openRecipe' | 'revealPrompt' | 'showLog';
      readonly run: string;
    }
  | { readonly type: 'openRow'; readonly file: string; readonly line: number }
  | { readonly type: 'compare'; readonly runs: readonly string[] };
