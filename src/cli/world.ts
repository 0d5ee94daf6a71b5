import type { Ranking, Recipe, UnknownGroups } from '../protocol/recipe.js';
import type { ExportFormat } from '../store/promptTransfer.js';
import type { Output } from './terminal.js';

/** What surrounds the command line; tests put their own. */
export interface World {
  readonly version: string;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly out: Output;
  readonly err: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The commands' options as commander gives them. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly store?: string;
}
export interface EvaluateOptions extends CommonOptions {
  readonly model?: string;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly maxRows?: number;
  readonly baseline: 'on' | 'off';
  readonly examples?: number;
  readonly instruction?: string;
  readonly against?: string;
  readonly generate?: number;
  readonly ranking?: Ranking;
  readonly export?: string;
  readonly seed?: number;
  readonly unknownGroups?: UnknownGroups;
}
export interface TestOptions extends CommonOptions {
  readonly model?: string;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
}
export interface InterpretOptions extends CommonOptions {
  readonly model?: string;
  readonly top: number;
}
export type CompareOptions = InterpretOptions;
export interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly group?: string;
}
export interface ImportOptions extends CommonOptions {
  readonly task?: number;
}
