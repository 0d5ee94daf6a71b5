import { availableParallelism } from 'node:os';
import { direct, withClasses, type Method } from '../methods/method.js';
import { modelOf, type Model } from '../models/architectures.js';
import type { EntryPoint } from '../models/causalModel.js';
import { resolveModelPath } from '../models/modelPath.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { Recipe } from '../protocol/recipe.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import type { Tensor } from '../runtime/executor.js';
import { placesVirtualTokens } from '../protocol/virtualSlots.js';
import { fromPeftLayers } from '../store/decoderPrefix.js';
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
  readonly model: Model;
  readonly method: Method;
  /** [P, width] */
  readonly embeddings: Tensor<Float32Array>;
  /** Output vectors [classes, hidden], of WARP. */
  readonly classes?: Tensor<Float32Array>;
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
  const { config, classes, recipe } = prompt;
  const modelName =
    named ??
    (recipe?.model === prompt.details?.model.name ? recipe?.model : undefined) ??
    config.base_model_name_or_path;
  if (!modelName) throw new SoftpromptError('run.noBaseModel', { prompt: promptFolder });
  const base = await openBase(resolveModelPath(modelName, process.cwd()));
  const { name, checksum } = base;
  const model = modelOf(base.config);
  const isPair = model.kind === 'encoderDecoder';
  const { heads, hiddenSize, numLayers } = model;
  refuseOtherModel(prompt, { ...heads, hiddenSize, numLayers, isEncoderDecoder: isPair, name, checksum });
  const entry = entryOf(prompt, model);
  if (!model.entryPoints.includes(entry)) throw new SoftpromptError('run.noEntry', { method: config.peft_type, entry });
  const isDecoderPrefix = config.peft_type === 'PREFIX_TUNING' && isPair;
  const embeddings = isDecoderPrefix
    ? fromPeftLayers(prompt.embeddings, config.num_layers, model.numLayers)
    : prompt.embeddings;
  const [virtualTokens = 0, width = 0] = embeddings.shape;
  const input = direct(entry, virtualTokens, width);
  const method = config.peft_type === 'WARP' ? withClasses(input, config.num_classes) : input;
  return { prompt, base, model, method, embeddings, ...(classes && { classes }) };
}

/** Where a saved prompt enters: its template may say where its virtual tokens stand, and not every model shares what stands in front. */
function entryOf({ config, details }: SavedPrompt, { entryPoints }: Model): EntryPoint {
  if (config.peft_type === 'PREFIX_TUNING') return 'keysAndValues';
  const isPlaced = placesVirtualTokens(details?.task.template ?? '');
  return isPlaced || !entryPoints.includes('front') ? 'anywhere' : 'front';
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
