import { availableParallelism } from 'node:os';
import { direct, type Method } from '../methods/method.js';
import { causalModel } from '../models/architectures.js';
import type { CausalModel, EntryPoint } from '../models/causalModel.js';
import { resolveModelPath } from '../models/modelPath.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { Recipe } from '../protocol/recipe.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import type { Tensor } from '../runtime/executor.js';
import { placesVirtualTokens } from '../protocol/virtualSlots.js';
import { adapterShape } from '../store/adapterConfig.js';
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
  /** [P, width] */
  readonly embeddings: Tensor<Float32Array>;
}

/**
 * `openBase` may give models that are open already. Throws `store.*` for the prompt, `model.*` for its model, and `store.otherModel` where
 * they do not belong together.
 */
export async function openPrompt(
  { promptFolder, cacheFolder, model: named }: PromptRequest,
  openBase = (path: string): Promise<BaseModel> => openModel(path, { cacheFolder }),
): Promise<OpenedPrompt> {
  const prompt = await loadPrompt(promptFolder);
  const { embeddings } = prompt;
  const opened = await openBeside(
    prompt,
    { promptFolder, cacheFolder, ...(named !== undefined && { model: named }) },
    openBase,
  );
  return { prompt, ...opened, embeddings };
}

type KnownPrompt = Pick<SavedPrompt, 'config' | 'details' | 'recipe'>;

/** The model that a prompt belongs to, and how the prompt enters it. Throws `model.*`, `run.noBaseModel` and `store.otherModel`. */
export async function openBeside(
  prompt: KnownPrompt,
  { promptFolder, cacheFolder, model: named }: PromptRequest,
  openBase = (path: string): Promise<BaseModel> => openModel(path, { cacheFolder }),
): Promise<Pick<OpenedPrompt, 'base' | 'model' | 'method'>> {
  const { config, recipe } = prompt;
  const modelName =
    named ??
    (recipe?.model === prompt.details?.model.name ? recipe?.model : undefined) ??
    config.base_model_name_or_path;
  if (!modelName) throw new SoftpromptError('run.noBaseModel', { prompt: promptFolder });
  const base = await openBase(resolveModelPath(modelName, process.cwd()));
  const { name, checksum } = base;
  refuseOtherModel(prompt, { ...base.config, name, checksum });
  const [virtualTokens, width] = adapterShape(config);
  const method = direct(entryOf(prompt), virtualTokens, width);
  return { base, model: causalModel(base.config), method };
}

/** Where a saved prompt enters: its template may say where its virtual tokens stand. */
function entryOf({ config, details }: KnownPrompt): EntryPoint {
  if (config.peft_type === 'PREFIX_TUNING') return 'keysAndValues';
  return placesVirtualTokens(details?.task.template ?? '') ? 'anywhere' : 'front';
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
