import { dirname, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import type { TokenizeOptions } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { ModelSessions } from '../evaluation/modelSessions.js';
import type { Method } from '../methods/method.js';
import { methodOf } from '../methods/methodOf.js';
import { modelOf, type Model } from '../models/architectures.js';
import { resolveModelPath } from '../models/modelPath.js';
import { inspectModel, type BaseModel, type InspectedModel } from '../models/openModel.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import { prepareWeights } from '../models/weights.js';
import type { RunEvent } from '../protocol/events.js';
import { trainsPrompt, type Recipe } from '../protocol/recipe.js';
import { placesVirtualTokens } from '../protocol/virtualSlots.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import type { Executor } from '../runtime/executor.js';
import { refuseWithoutRoom } from './refuseTuning.js';
import { prepareData, type PreparedData } from './prepareData.js';

/** What a recipe asks for, with its data read and its model looked at; nothing heavy is loaded. */
export interface RunPlan {
  readonly recipe: Recipe;
  readonly base: InspectedModel;
  readonly model: Model;
  readonly method: Method;
  readonly data: PreparedData;
  readonly tokenize: TokenizeOptions;
}

/** Everything that a run stands on, opened and checked before its first step. */
export interface RunContext extends Omit<RunPlan, 'base'> {
  readonly base: BaseModel;
  readonly engine: Engine;
  /** What several trainings of one model and method run on, one after the other; it outlives each of them. */
  readonly shared?: SharedSessions;
}

export interface SharedSessions {
  readonly training: Executor;
  readonly scoring: ModelSessions;
}

export interface RecipeRequest {
  readonly recipe: Recipe;
  /** Paths in the recipe are relative to this file's folder. */
  readonly recipeFile: string;
}
export interface RunRequest extends RecipeRequest {
  readonly cacheFolder: string;
  /** Whether the run may keep the cores to itself; only where a person waits for nothing else. */
  readonly spinning?: boolean;
  /** Trains at once, beside other trainings: where whoever started it shares the machine out among its runs. */
  readonly besideOthers?: boolean;
  /** The sweep that it is a run of. */
  readonly sweep?: string;
}

/** Throws what reading the data and looking at the model throw. */
export async function planRun({ recipe, recipeFile }: RecipeRequest): Promise<RunPlan> {
  const folder = dirname(resolve(recipeFile));
  const data = await prepareData(recipe.data, folder, recipe.training.seed, recipe);
  if (data.splits.train.length === 0) throw new SoftpromptError('run.emptySplit', { split: 'train' });
  const base = await inspectModel(resolveModelPath(recipe.model, folder));
  const model = modelOf(base.config);
  const classes = Object.keys(data.task.labels ?? {}).length;
  const method = methodOf(recipe.method, model, placesVirtualTokens(data.task.template), classes);
  if (!trainsPrompt(recipe.method) && recipe.method.save_model && base.form === 'gguf')
    throw new SoftpromptError('run.noModelFolder', { model: base.name });
  const tokenize = tokenizeOptions(recipe.data, data.task, base, method.virtualTokens);
  return { recipe, base, model, method, data, tokenize };
}

export async function openRunContext(
  { recipe, recipeFile, cacheFolder, spinning = false }: RunRequest,
  onEvent: (event: RunEvent) => void,
): Promise<RunContext> {
  const plan = await planRun({ recipe, recipeFile });
  const { engine: kind, provider, threads = availableParallelism() } = recipe;
  refuseWithoutRoom(plan, threads);
  const { source, ...base } = plan.base;
  const weights = await prepareWeights(source, {
    cacheFolder,
    onConvert: ({ file, bytes }) => onEvent({ type: 'notice', code: 'convertingModel', args: { file, bytes } }),
  });
  const engine = await openEngine({ engine: kind, provider, threads, cacheFolder, spinning });
  return { ...plan, base: { ...base, ...weights }, engine };
}
