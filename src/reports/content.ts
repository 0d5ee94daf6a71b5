import type { ErrorMessage } from '../errors/errorMessage.js';
import type { EventOf, NearestTokens, Split } from '../protocol/events.js';
import type { Recipe } from '../protocol/recipe.js';
import type { RunState } from '../protocol/runState.js';
import type { SweepTable } from '../protocol/sweepTable.js';
import type { TransferTable } from '../protocol/transferTable.js';

/** What a report tells: plain values in no language, from which a page and TensorBoard's files are made. */
export interface Report {
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Of the program that made it. */
  readonly version: string;
  readonly entries: readonly ReportEntry[];
}

export type ReportEntry = RunReport | SweepReport | TransferReport | Unreported;

/** What was asked for and cannot be told. */
export interface Unreported {
  readonly kind: 'unreported';
  readonly name: string;
  readonly problem: ErrorMessage;
}

/** The runs of a sweep together. */
export interface SweepReport {
  readonly kind: 'sweep';
  readonly table: SweepTable;
}

/** Prompts on data sets that they were not trained on. */
export interface TransferReport {
  readonly kind: 'transfer';
  readonly table: TransferTable;
}

export interface RunReport {
  readonly kind: 'run';
  /** A run's id; the name of a prompt that is reported from what its own folder keeps. */
  readonly id: string;
  /** The prompt's. */
  readonly name: string;
  readonly state: RunState;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** Why it failed. */
  readonly problem?: ErrorMessage;
  readonly recipe: Recipe;
  readonly told: ToldOfRun;
  readonly outcome?: Outcome;
  readonly data: readonly DataFile[];
  readonly prompt?: PromptRecord;
}

export interface Outcome {
  readonly step: number;
  readonly bestStep: number;
  readonly seconds: number;
}

/** A run's events, by kind. */
export interface ToldOfRun {
  readonly start?: EventOf<'start'>;
  readonly steps: readonly EventOf<'step'>[];
  readonly evaluations: readonly EventOf<'evaluation'>[];
  /** The prompt-design baselines. */
  readonly designs: readonly EventOf<'design'>[];
  readonly notices: readonly EventOf<'notice'>[];
  /** The last that were told. */
  readonly nearest?: readonly NearestTokens[];
}

/** The file of a split, as it was read and as it is now. */
export interface DataFile {
  readonly split: Split;
  /** Relative to the recipe where it lies below. */
  readonly path: string;
  readonly rows: number;
  readonly cutRows: number;
  readonly tokens: { readonly mean: number; readonly max: number };
  /** Absent where the file is gone or cannot be read. */
  readonly now?: {
    /** SHA-256, hexadecimal. */
    readonly checksum: string;
    /** Whether it was written after the run began. */
    readonly changedSince: boolean;
  };
}

/** What was saved of a run. */
export interface PromptRecord {
  readonly name: string;
  /** SHA-256 of adapter_model.safetensors, hexadecimal. */
  readonly checksum: string;
  /** SHA-256 of the base model's weights. */
  readonly modelChecksum: string;
  /** Program → version. */
  readonly versions: Readonly<Record<string, string>>;
}

export const isRun = (entry: ReportEntry): entry is RunReport => entry.kind === 'run';
