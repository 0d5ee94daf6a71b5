import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { DatasetSource } from '../../protocol/dataset.js';
import { parseRecipe } from '../../protocol/parseRecipe.js';
import type { Recipe, RecipeInput } from '../../protocol/recipe.js';

export interface Continuation {
  /** The recipe that the prompt was made by. */
  readonly recipe: Recipe;
  readonly promptFolder: string;
  readonly virtualTokens: number;
  /** Of the prompt to be made. */
  readonly name: string;
  /** The folder that the recipe's paths are relative to. */
  readonly from: string;
  /** The folder of the new recipe. */
  readonly to: string;
}

const defaults = parseRecipe('{ "data": { "train": "-" } }', '-');

/** The recipe that goes on from a saved prompt: the same work, begun with the prompt's vectors. What is default is left out. */
export function continuedRecipe({ recipe, promptFolder, virtualTokens, name, from, to }: Continuation): RecipeInput {
  const moved = (path: string): string => (from === to || isAbsolute(path) ? path : pathFrom(to, resolve(from, path)));
  const movedSource = (source: string | DatasetSource): string | DatasetSource =>
    typeof source === 'string' ? moved(source) : { ...source, path: moved(source.path) };
  const { model, data, method, training, baseline, engine, provider, threads } = recipe;
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
    method: {
      peft_type: method.peft_type,
      num_virtual_tokens: virtualTokens,
      prompt_tuning_init: 'file',
      prompt_tuning_init_file: pathFrom(to, promptFolder),
    },
    training: withoutDefaults(training, defaults.training),
    ...withoutDefaults({ baseline, engine, provider, threads }, defaults),
  };
}

function withoutDefaults<T extends object>(values: T, usual: Readonly<Record<string, unknown>>): Partial<T> {
  const unusual = Object.entries(values).filter(([name, value]) => value !== usual[name]);
  return Object.fromEntries(unusual) as Partial<T>;
}

/** As recipes write paths: relative where that is possible, with slashes. */
function pathFrom(folder: string, path: string): string {
  const short = relative(folder, path);
  return sep === '\\' && !isAbsolute(short) ? short.replaceAll(sep, '/') : short;
}
