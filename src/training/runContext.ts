import { dirname, isAbsolute, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { defined } from '../common/assert.js';
import type { TokenizeOptions } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { initialisePrompt } from '../methods/promptInitialisation.js';
import type { Method } from '../methods/method.js';
import { promptParameter, promptTuning } from '../methods/promptTuning.js';
import { causalModel } from '../models/architectures.js';
import type { CausalModel } from '../models/causalModel.js';
import { readWeightRows } from '../models/embeddingRows.js';
import { resolveModelPath } from '../models/modelPath.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { RunEvent } from '../protocol/events.js';
import type { Recipe } from '../protocol/recipe.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import { loadPrompt } from '../store/promptFolder.js';
import { prepareData, type PreparedData } from './prepareData.js';

/** Everything that a run stands on, opened and checked before its first step. */
export interface RunContext {
  readonly recipe: Recipe;
  readonly base: BaseModel;
  readonly model: CausalModel;
  readonly method: Method;
  readonly data: PreparedData;
  readonly tokenize: TokenizeOptions;
  readonly engine: Engine;
}

export interface RunRequest {
  readonly recipe: Recipe;
  /** Paths in the recipe are relative to this file's folder. */
  readonly recipeFile: string;
  readonly cacheFolder: string;
}

export async function openRunContext(
  { recipe, recipeFile, cacheFolder }: RunRequest,
  onEvent: (event: RunEvent) => void,
): Promise<RunContext> {
  const folder = dirname(resolve(recipeFile));
  const threads = recipe.threads ?? availableParallelism();
  const data = await prepareData(recipe.data, folder, recipe.training.seed);
  if (data.splits.train.length === 0) throw new SoftpromptError('run.emptySplit', { split: 'train' });
  const base = await openModel(resolveModelPath(recipe.model, folder), {
    cacheFolder,
    onConvert: ({ file, bytes }) => onEvent({ type: 'notice', code: 'convertingModel', args: { file, bytes } }),
  });
  const model = causalModel(base.config);
  const method = promptTuning(recipe.method.num_virtual_tokens, model.hiddenSize);
  const tokenize = tokenizeOptions(recipe.data, data.task, base, method.virtualTokens);
  const engine = await openEngine({ engine: recipe.engine, provider: recipe.provider, threads, cacheFolder });
  return { recipe, base, model, method, data, tokenize, engine };
}

/** The first vectors, as the recipe's initialisation makes them: parameter name → row-major values. */
export async function initialParameters(
  { recipe, base, model, data, tokenize }: RunContext,
  recipeFile: string,
): Promise<Map<string, Float32Array>> {
  const { method: config } = recipe;
  const file = config.prompt_tuning_init_file;
  const prompt = await initialisePrompt(config.prompt_tuning_init, {
    numVirtualTokens: config.num_virtual_tokens,
    hiddenSize: model.hiddenSize,
    vocabularySize: model.vocabularySize,
    seed: recipe.training.seed,
    labelWords: Object.values(data.task.labels ?? {}).map((word) => tokenize.targetPrefix + word),
    text: config.prompt_tuning_init_text,
    encode: tokenize.encode,
    bos: base.tokenizer.bos,
    tokenText: (id) => (base.tokenizer.isSpecial(id) ? undefined : base.tokenizer.tokenText(id)),
    embeddingRows: (ids) => readWeightRows(base.weights, model.embeddingName, ids),
    savedPrompt: async () => {
      const path = defined(file, 'prompt_tuning_init_file');
      return (await loadPrompt(isAbsolute(path) ? path : resolve(dirname(recipeFile), path))).embeddings;
    },
  });
  return new Map([[promptParameter, prompt]]);
}
