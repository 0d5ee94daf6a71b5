import { availableParallelism } from 'node:os';
import { promptParameter, promptTuning } from '../methods/promptTuning.js';
import type { Method } from '../methods/method.js';
import { causalModel } from '../models/architectures.js';
import type { CausalModel } from '../models/causalModel.js';
import { resolveModelPath } from '../models/modelPath.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { Recipe } from '../protocol/recipe.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import type { Tensor } from '../runtime/executor.js';
import { loadPrompt, refuseOtherModel, type SavedPrompt } from '../store/promptFolder.js';
import { SoftpromptError } from '../errors/softpromptError.js';

export interface PromptRequest {
  readonly promptFolder: string;
  readonly cacheFolder: string;
  /** A base model to use instead of the one that the prompt names; it must be the same weights. */
  readonly model?: string;
}

/** A saved prompt with the model that it belongs to. */
export interface OpenedPrompt {
  readonly prompt: SavedPrompt;
  readonly base: BaseModel;
  readonly model: CausalModel;
  readonly method: Method;
  readonly parameters: Readonly<Record<string, Tensor>>;
}

/** Throws `store.*` for the prompt, `model.*` for its model, and `store.otherModel` where they do not belong together. */
export async function openPrompt({ promptFolder, cacheFolder, model: named }: PromptRequest): Promise<OpenedPrompt> {
  const prompt = await loadPrompt(promptFolder);
  const { config, embeddings, recipe } = prompt;
  const modelName =
    named ??
    (recipe?.model === prompt.details?.model.name ? recipe?.model : undefined) ??
    config.base_model_name_or_path;
  if (!modelName) throw new SoftpromptError('run.noBaseModel', { prompt: promptFolder });
  const base = await openModel(resolveModelPath(modelName, process.cwd()), { cacheFolder });
  const { hiddenSize, numLayers, numKeyValueHeads, headDim } = base.config;
  refuseOtherModel(prompt, {
    name: base.name,
    checksum: base.checksum,
    hiddenSize,
    numLayers,
    numKeyValueHeads,
    headDim,
  });
  const model = causalModel(base.config);
  return {
    prompt,
    base,
    model,
    method: promptTuning(config.num_virtual_tokens, model.hiddenSize),
    parameters: { [promptParameter]: embeddings },
  };
}

/** The engine for work that has no recipe. */
export const engineFor = ({
  threads,
  provider,
  cacheFolder,
}: {
  threads?: number;
  provider?: Recipe['provider'];
  cacheFolder: string;
}): Promise<Engine> =>
  openEngine({
    engine: 'onnxruntime',
    provider: provider ?? 'auto',
    threads: threads ?? availableParallelism(),
    cacheFolder,
    spinning: false,
  });
