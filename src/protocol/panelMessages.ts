import type { RunEvent } from './events.js';
import type { RunState } from './runState.js';

/**
 * Between the extension host and the training panel. State comes as a numbered snapshot and numbered deltas, which only ever add; where a
 * resumed run tells events again there is a new snapshot. A panel that misses a number asks for the snapshot.
 */

export interface PanelRun {
  /** The run's folder. */
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** Why it failed, in the reader's language, and what to do. */
  readonly problem?: Problem;
  /** Whether a process can be asked to pause, go on or stop. */
  readonly controllable: boolean;
  /** Whether its prompt stands in the sidebar. */
  readonly saved: boolean;
  /** What the recipe asks for. */
  readonly plan: {
    /** PEFT's name. */
    readonly method: string;
    /** The network that is trained, in the reader's language. */
    readonly encoder?: string;
    /** 0 for model tuning. */
    readonly virtualTokens: number;
    readonly model: string;
    readonly steps: number;
    readonly evalEvery: number;
    readonly earlyStopping?: number;
  };
}

export interface Problem {
  readonly message: string;
  readonly advice: string;
}

/** Steps as columns: 30,000 of them stay small on the way and where they are kept. */
export interface StepColumns {
  readonly step: Uint32Array;
  readonly loss: Float32Array;
  readonly learningRate: Float32Array;
  readonly gradientNorm: Float32Array;
}

/** A notice is in words, and steps are columns. */
export type ToldEvent =
  | Exclude<RunEvent, { type: 'step' | 'notice' }>
  | { readonly type: 'notice'; readonly code: string; readonly text: string };
export type StepEvent = Extract<RunEvent, { type: 'step' }>;

/** What a run has told, or has told since. */
export interface Told {
  readonly steps: StepColumns;
  /** The last step as a whole, for its pace. */
  readonly lastStep?: StepEvent;
  /** All else, in order; without the rows and matrices of evaluations that a later one replaces. */
  readonly events: readonly ToldEvent[];
}

export type ToPanel =
  | {
      readonly type: 'snapshot';
      readonly number: number;
      /** The run that the panel is about, first; others are overlaid. */
      readonly runs: readonly { readonly run: PanelRun; readonly told: Told }[];
    }
  | { readonly type: 'delta'; readonly number: number; readonly run: PanelRun; readonly told: Told }
  /** What was asked of a run could not be done. */
  | { readonly type: 'problem'; readonly problem: Problem };

export type FromPanel =
  | { readonly type: 'snapshot' }
  | { readonly type: RunAction; readonly run: string }
  | { readonly type: 'openRow'; readonly run: string; readonly file: string; readonly line: number };

/** `compare` lets the user choose the runs to overlay. */
export type RunAction =
  'pause' | 'continue' | 'stop' | 'resume' | 'openRecipe' | 'revealPrompt' | 'showLog' | 'compare';

/** What the webview keeps for a reload: the runs that it shows, the panel's own first. */
export interface PanelState {
  readonly runs: readonly string[];
}
