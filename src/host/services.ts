import type * as vscode from 'vscode';
import type { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { SoftpromptError } from '../errors/softpromptError.js';
import type {
  CachedModel,
  DatasetSummary,
  ModelChoice,
  Preview,
  RecipeFault,
  RecipeText,
} from '../protocol/inspectMessages.js';
import type { RunEvent } from '../protocol/events.js';
import type { Recipe } from '../protocol/recipe.js';
import type { Listed } from '../store/catalogue.js';
import type { Ensemble } from '../store/ensembleFolder.js';
import type { GroupSet } from '../store/groupSet.js';
import type { PromptSummary } from '../store/promptFolder.js';
import type { Run } from '../store/runFolder.js';

/** Starts runs and speaks with their processes. Failures are `SoftpromptError`s. */
export interface RunControl {
  /** Makes the run's folder and starts its process; gives back the folder. */
  start(request: { readonly recipe: Recipe; readonly recipeFile: string; readonly store: string }): Promise<string>;
  resume(folder: string): Promise<void>;
  pause(folder: string): Promise<void>;
  continue(folder: string): Promise<void>;
  /** Ends after the step under way and keeps the best so far. */
  stop(folder: string): Promise<void>;
}

/** A run as it stands on disk, followed while it lives. */
export interface FollowedRun extends Run {
  readonly store: string;
  /** While it lives, all; afterwards without its steps but the last (`Stores.history` has them). */
  readonly events: readonly RunEvent[];
  /** Whether its process can be reached. */
  readonly controllable: boolean;
}

export interface RunsChange {
  /** Absent: the list changed. */
  readonly run?: FollowedRun;
  /** The number of the first event that is new or changed. */
  readonly from: number;
}

/** The stores of the workspace, followed. */
export interface Stores {
  /** Those there are or would be: each workspace folder's, or the user's own where none is open. */
  readonly folders: readonly string[];
  /** The newest first. */
  readonly runs: readonly (Listed<FollowedRun> & { readonly store: string })[];
  readonly prompts: readonly (Listed<PromptSummary> & { readonly store: string })[];
  /** The prompts of groups; told with the prompts. */
  readonly groupSets: readonly (Listed<GroupSet> & { readonly store: string })[];
  readonly ensembles: readonly (Listed<Ensemble> & { readonly store: string })[];
  readonly onDidChangePrompts: vscode.Event<void>;
  readonly onDidChangeEnsembles: vscode.Event<void>;
  readonly onDidChangeRuns: vscode.Event<RunsChange>;
  /** Every event of a run. */
  history(folder: string): Promise<readonly RunEvent[]>;
  /** Once they were read first; until then there seem to be none. */
  ready(): Promise<void>;
  refresh(): Promise<void>;
}

/** The inspect process; started at the first request. Requests fail with `SoftpromptError`s. */
export interface Inspector {
  models(folders: readonly string[]): Promise<readonly ModelChoice[]>;
  dataset(path: string): Promise<DatasetSummary>;
  preview(recipe: RecipeText): Promise<Preview>;
  validate(recipe: RecipeText): Promise<readonly RecipeFault[]>;
  cache(options: { readonly clear: readonly string[] }): Promise<readonly CachedModel[]>;
  doctor(folders: readonly string[]): Promise<unknown>;
}

/** The evaluation process (`evaluationMessages`); started at the first request. Requests fail with `SoftpromptError`s. */
export interface Evaluator {
  request<P, R>(type: RequestType<P, R, void>, params: P, token?: vscode.CancellationToken): Promise<R>;
  /** Told only while the process lives. */
  notify<P>(type: NotificationType<P>, params: P): void;
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): vscode.Disposable;
  /** It ended by itself, with what it held; the next request starts another. */
  readonly onDidEnd: vscode.Event<SoftpromptError>;
}
