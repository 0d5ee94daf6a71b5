import * as l10n from '@vscode/l10n';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundledModel, resolveModelPath } from '../models/modelPath.js';
import { nameFromFile, parseRecipe } from '../protocol/parseRecipe.js';
import type { PresetId } from '../protocol/presets.js';
import { trainsPrompt, type MethodType, type Recipe, type RecipeInput } from '../protocol/recipe.js';
import { asReadError } from '../store/fileErrors.js';

/** Methods as an option names them. */
export const methodOptions = {
  'prompt-tuning': 'PROMPT_TUNING',
  'prefix-tuning': 'PREFIX_TUNING',
  'p-tuning': 'P_TUNING',
  warp: 'WARP',
  'model-tuning': 'MODEL_TUNING',
} as const satisfies Readonly<Record<string, MethodType>>;
export type MethodOption = keyof typeof methodOptions;

/** What a run starts from, once it was found: its path and how many virtual tokens it has. */
export interface Start {
  readonly path: string;
  readonly virtualTokens: number;
}

/** What `train`'s options say over a recipe, or in place of one. Paths are relative to the current folder. */
export interface TrainOptions {
  readonly data?: string;
  readonly dev?: string;
  readonly test?: string;
  readonly preset?: PresetId;
  readonly template?: string;
  readonly target?: string;
  /** A column: one prompt for each of its values. */
  readonly groupBy?: string;
  readonly method?: MethodOption;
  /** A saved prompt, by name or folder, or an .npy file. */
  readonly from?: string;
  readonly virtualTokens?: number;
  readonly name?: string;
  readonly model?: string;
  readonly steps?: number;
  readonly seed?: number;
  /** Of each a prompt of its own. */
  readonly seeds?: readonly number[];
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly baseline?: 'on' | 'off';
}

/** A recipe, and the file that its paths are relative to. */
export interface LocatedRecipe {
  readonly recipe: Recipe;
  readonly recipeFile: string;
}

/**
 * The recipe of a file, with the options over it. A byte-order mark is passed over.
 * Throws `store.fileMissing`, `store.unreadable` or `recipe.invalid`.
 */
export async function recipeFromFile(
  file: string,
  options: TrainOptions,
  folder: string,
  start?: Start,
): Promise<LocatedRecipe> {
  const recipeFile = resolve(folder, file);
  const text = await readFile(recipeFile, 'utf8').catch((error: unknown) => {
    throw asReadError(error, file);
  });
  const recipe = parseRecipe(text.replace(/^\uFEFF/, ''), file);
  return { recipe: withOptions(recipe, options, folder, start), recipeFile };
}

/** A recipe of the options alone, as if it stood in the current folder. Throws `recipe.invalid`. */
export function recipeFromOptions(
  options: TrainOptions & { readonly data: string },
  folder: string,
  start?: Start,
): LocatedRecipe {
  const { data } = options;
  const name = options.name ?? nameFromFile(data);
  const input: RecipeInput = { name, data: { train: data } };
  const recipe = parseRecipe(JSON.stringify(input), data);
  return { recipe: withOptions(recipe, options, folder, start), recipeFile: join(folder, `${name}.softprompt.json`) };
}

function withOptions(recipe: Recipe, options: TrainOptions, folder: string, start: Start | undefined): Recipe {
  const {
    dev,
    test,
    preset,
    template,
    target,
    groupBy,
    virtualTokens,
    name,
    model,
    steps,
    seed,
    threads,
    provider,
    baseline,
  } = options;
  const fromHere = (path: string | undefined): string | undefined =>
    path === undefined ? path : resolve(folder, path);
  const peftType = options.method && methodOptions[options.method];
  const { method, training: asRecipe } = recipe;
  const isOther = peftType !== undefined && peftType !== method.peft_type;
  const training = {
    ...asRecipe,
    // Another method needs a rate of its own.
    ...(isOther && { learningRate: undefined }),
    ...given({ maxSteps: steps, seed }),
    // A warm-up longer than a shortened run would never end.
    ...(steps !== undefined && { warmupSteps: Math.min(asRecipe.warmupSteps, steps) }),
  };
  const changed = {
    ...recipe,
    // One run is trained here, and a sweep of another method's fields would not go with it.
    sweep: undefined,
    ...given({ name, threads, provider, groupBy }),
    ...(model !== undefined && { model: modelOption(model, folder) }),
    ...(baseline !== undefined && { baseline: baseline === 'on' }),
    data: {
      ...recipe.data,
      ...given({
        dev: fromHere(dev),
        test: fromHere(test),
        preset,
        template: template?.replaceAll('\\n', '\n'),
        target,
      }),
    },
    method: {
      ...(isOther
        ? {
            peft_type: peftType,
            ...(peftType !== 'MODEL_TUNING' &&
              trainsPrompt(method) && { num_virtual_tokens: method.num_virtual_tokens }),
          }
        : method),
      ...given({ num_virtual_tokens: virtualTokens ?? start?.virtualTokens }),
      ...(start && { prompt_tuning_init: 'file', prompt_tuning_init_file: start.path }),
    },
    training,
  };
  return parseRecipe(JSON.stringify(changed), l10n.t('The command line’s options'));
}

/** A model as an option names it: the bundled one, a path from the current folder, or a Hugging Face id. */
export function modelOption(model: string, folder: string): string {
  return model === bundledModel ? model : resolveModelPath(model, folder);
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
