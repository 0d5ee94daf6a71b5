import * as l10n from '@vscode/l10n';
import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { DatasetSource } from '../../protocol/dataset.js';
import { parseRecipe } from '../../protocol/parseRecipe.js';
import {
  trainsPrompt,
  type MethodConfig,
  type MethodConfigOf,
  type PeftType,
  type Recipe,
  type RecipeInput,
} from '../../protocol/recipe.js';
import {
  canBeginFrom,
  initialConfigs,
  misfit,
  promptVariants,
  variantOf,
  withRoom,
  type PromptVariant,
} from '../train/variants.js';
import { writtenMethod } from '../train/writtenMethod.js';

export interface Continuation {
  /** The recipe that the prompt was made by. */
  readonly recipe: Recipe;
  readonly promptFolder: string;
  readonly virtualTokens: number;
  /** What it goes on as. */
  readonly variant: PromptVariant;
  /** Of the prompt to be made. */
  readonly name: string;
  /** The folder that the recipe's paths are relative to. */
  readonly from: string;
  /** The folder of the new recipe. */
  readonly to: string;
}

const defaults = parseRecipe('{ "data": { "train": "-" } }', '-');

/** The methods that can go on from a recipe's prompt, its own first. */
export function continuations({ method, data }: Pick<Recipe, 'method' | 'data'>): PromptVariant[] {
  if (!trainsPrompt(method)) return [];
  const own = promptVariants.filter((variant) => variant === variantOf(method));
  const others = promptVariants.filter(
    (variant) =>
      variant !== variantOf(method) &&
      canBeginFrom(initialConfigs[variant].peft_type, method.peft_type) &&
      misfit(variant, data.template) === undefined,
  );
  return [...own, ...others];
}

/** What a method goes on with, of a prompt that was saved by another or itself. */
export function beginningWords(variant: PromptVariant, saved: PeftType): string {
  const ofPrefix = saved === 'PREFIX_TUNING';
  switch (variant) {
    case 'PROMPT_TUNING':
      return l10n.t('the prompt’s vectors are trained on');
    case 'P_TUNING':
      return l10n.t('a network is trained that gives the prompt’s vectors at first');
    case 'WARP':
      return l10n.t('the prompt’s vectors are trained on, beside one for each label');
    case 'PREFIX_TUNING':
      return ofPrefix
        ? l10n.t('the prefix’s keys and values are trained on')
        : l10n.t('the keys and values that the model makes of the prompt are trained on');
    case 'PREFIX_PROJECTION':
      return ofPrefix
        ? l10n.t('a network is trained that gives the prefix’s keys and values at first')
        : l10n.t('a network is trained that gives at first the keys and values that the model makes of the prompt');
  }
}

/**
 * The recipe that goes on from a saved prompt: the same work, begun with what the prompt holds. What is default is left out, and the
 * learning rate where another method goes on: each needs its own.
 */
export function continuedRecipe(continuation: Continuation): RecipeInput {
  const { recipe, promptFolder, virtualTokens, variant, name, from, to } = continuation;
  const isSame = variantOf(recipe.method) === variant;
  const begun = {
    ...(isSame && trainsPrompt(recipe.method)
      ? recipe.method
      : { ...initialConfigs[variant], ...places(recipe.method) }),
    num_virtual_tokens: virtualTokens,
    prompt_tuning_init: 'file' as const,
    prompt_tuning_init_file: pathFrom(to, promptFolder),
  };
  const moved = (path: string): string => (from === to || isAbsolute(path) ? path : pathFrom(to, resolve(from, path)));
  const movedSource = (source: string | DatasetSource): string | DatasetSource =>
    typeof source === 'string' ? moved(source) : { ...source, path: moved(source.path) };
  const { model, data, training, baseline, engine, provider, threads } = recipe;
  const { train, dev, test, ...reading } = data;
  return {
    name,
    // A name such as org/model looks like a path.
    model: existsSync(resolve(from, model)) ? moved(model) : model,
    data: {
      train: movedSource(train),
      ...(dev !== undefined && { dev: movedSource(dev) }),
      ...(test !== undefined && { test: movedSource(test) }),
      ...withoutDefaults(reading, defaults.data),
    },
    method: writtenMethod(withRoom(begun)),
    training: withoutDefaults(isSame ? training : { ...training, learningRate: undefined }, defaults.training),
    ...withoutDefaults({ baseline, engine, provider, threads }, defaults),
  };
}

/** Keys and values go on where they stand, by whatever network they are made. */
const places = (method: MethodConfig): Pick<MethodConfigOf<'PREFIX_TUNING'>, 'prefix_attention'> =>
  method.peft_type === 'PREFIX_TUNING' && method.prefix_attention ? { prefix_attention: method.prefix_attention } : {};

function withoutDefaults<T extends object>(values: T, usual: Readonly<Record<string, unknown>>): Partial<T> {
  const unusual = Object.entries(values).filter(([name, value]) => value !== usual[name]);
  return Object.fromEntries(unusual) as Partial<T>;
}

/** As recipes write paths: relative where that is possible, with slashes. */
function pathFrom(folder: string, path: string): string {
  const short = relative(folder, path);
  return sep === '\\' && !isAbsolute(short) ? short.replaceAll(sep, '/') : short;
}
