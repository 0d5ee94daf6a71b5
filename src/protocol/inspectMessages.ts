import { RequestType } from 'vscode-jsonrpc';
import type { ErrorMessage } from '../errors/errorMessage.js';
import type { RunEvent, Split } from './events.js';
import type { PresetId } from './presets.js';

/**
 * What the extension asks the inspect process, which holds models and tokenizers so that the extension host need not.
 * A request that fails carries an `ErrorMessage` as its error's data.
 */

/** Base models: the bundled one, those in `folders` (three levels deep), and those of the Hugging Face cache. */
export const modelsRequest = new RequestType<{ readonly folders: readonly string[] }, readonly ModelChoice[], void>(
  'inspect/models',
);
/** What comes of a text in a model: the next token, a text of its own, or what stands at a mask. */
export const modelKinds = ['causal', 'encoderDecoder', 'masked'] as const;
export type ModelKind = (typeof modelKinds)[number];
export type ModelChoice =
  | {
      readonly usable: true;
      readonly name: string;
      readonly path: string;
      readonly modelType: string;
      readonly parameters: number;
      readonly kind: ModelKind;
    }
  | { readonly usable: false; readonly name: string; readonly path: string; readonly error: ErrorMessage };

/** A data file: its columns, how many rows, and the task that can be inferred, or why none can. */
export const datasetRequest = new RequestType<{ readonly path: string }, DatasetSummary, void>('inspect/dataset');
export interface DatasetSummary {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly task: TaskSummary | { readonly error: ErrorMessage };
}
export interface TaskSummary {
  readonly task: 'classification' | 'generation';
  readonly template: string;
  readonly target: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The published data set that the file is. */
  readonly preset?: PresetId;
}

/** What a recipe's run would be: rows as the model will see them, token counts, size, time and memory. */
export const previewRequest = new RequestType<RecipeText, Preview, void>('inspect/preview');
export interface RecipeText {
  /** The recipe's text, saved or not. */
  readonly text: string;
  /** Absolute; paths in the recipe are relative to it. */
  readonly recipeFile: string;
}
export interface Preview {
  readonly model: string;
  readonly task: TaskSummary;
  readonly rows: readonly PreviewRow[];
  /** `data` and `notice` events, as a run tells them. */
  readonly events: readonly RunEvent[];
  readonly estimate: Estimate;
}
export interface PreviewRow {
  readonly file: string;
  readonly line: number;
  readonly split: Split;
  readonly virtualTokens: number;
  readonly input: string;
  readonly target: string;
  /** Of input and target together, virtual tokens not counted. */
  readonly tokens: number;
  readonly cutTokens: number;
}
export interface Estimate {
  readonly steps: number;
  readonly seconds: number;
  readonly memoryMb: number;
  /** How many numbers are trained; a network that makes the prompt counts, too. */
  readonly trainable: number;
  readonly modelParameters: number;
}

/** What a schema cannot see: files and columns that are not there, labels that do not match, a model that does not open. */
export const validateRequest = new RequestType<RecipeText, readonly RecipeFault[], void>('inspect/validate');
export interface RecipeFault {
  /** The field at fault, such as `['data', 'train']` or `['tests', 0, 'file']`. */
  readonly path: readonly (string | number)[];
  readonly error: ErrorMessage;
}

/** The converted models that are left after the files named by `clear` were removed. */
export const cacheRequest = new RequestType<{ readonly clear: readonly string[] }, readonly CachedModel[], void>(
  'inspect/cache',
);
export interface CachedModel {
  readonly name: string;
  readonly file: string;
  /** Size in bytes. */
  readonly bytes: number;
}

/** What works on this machine, as `softprompt doctor --json` prints it. */
export const doctorRequest = new RequestType<{ readonly folders: readonly string[] }, unknown, void>('inspect/doctor');
