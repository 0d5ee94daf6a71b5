import { availableParallelism } from 'node:os';
import { direct, withClasses, type Method } from '../methods/method.js';
import { modelOf, type Model } from '../models/architectures.js';
import type { EntryPoint } from '../models/modelShape.js';
import { resolveModelPath } from '../models/modelPath.js';
import { openModel, type BaseModel } from '../models/openModel.js';
import type { Recipe } from '../protocol/recipe.js';
import { openEngine, type Engine } from '../runtime/engine.js';
import type { Tensor } from '../runtime/executor.js';
import { placesVirtualTokens } from '../protocol/virtualSlots.js';
import { fromPeftLayers } from '../store/decoderPrefix.js';
import type { AdapterConfig } from '../store/adapterConfig.js';
import { adapterShape, hasParts } from '../store/adapterShape.js';
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

/** Opens a model by its path, or gives one that is open already. */
export type OpenBase = (path: string) => Promise<BaseModel>;

/**
 * `openBase` may give models that are open already. Throws `store.*` for the prompt, `model.*` for its model, and `store.otherModel` where
 * they do not belong together.
 */
export async function openPrompt(
  { promptFolder, cacheFolder, model: named }: PromptRequest,
  openBase?: OpenBase,
): Promise<OpenedPrompt> {
  const prompt = await loadPrompt(promptFolder);
  const opened = await openBeside(
    prompt,
    { promptFolder, cacheFolder, ...(named !== undefined && { model: named }) },
    openBase,
  );
  const { embeddings, classes, config } = prompt;
  return { prompt, ...opened, ...entering(embeddings, config, opened), ...(classes && { classes }) };
}

/** Saved vectors [P, width] as they enter a model: PEFT has the pairs of an encoder-decoder's decoder in another order. */
export function entering(
  stored: Tensor<Float32Array>,
  config: AdapterConfig,
  { model, method }: Pick<OpenedPrompt, 'model' | 'method'>,
): Pick<OpenedPrompt, 'method' | 'embeddings'> {
  if (config.peft_type !== 'PREFIX_TUNING' || model.kind !== 'encoderDecoder' || hasParts(config))
    return { method, embeddings: stored };
  const embeddings = fromPeftLayers(stored, config.num_layers, model.numLayers);
  const [virtualTokens = 0, width = 0] = embeddings.shape;
  return { method: direct(method.entry, virtualTokens, width), embeddings };
}

type KnownPrompt = Pick<SavedPrompt, 'config' | 'details' | 'recipe'>;

/** The model that a prompt belongs to, and how the prompt enters it. Throws `model.*`, `run.noBaseModel`, `run.noEntry` and `store.otherModel`. */
export async function openBeside(
  prompt: KnownPrompt,
  { promptFolder, cacheFolder, model: named }: PromptRequest,
  openBase: OpenBase = (path) => openModel(path, { cacheFolder }),
): Promise<Pick<OpenedPrompt, 'base' | 'model' | 'method'>> {
  const { config, recipe } = prompt;
  const modelName =
    named ??
    (recipe?.model === prompt.details?.model.name ? recipe?.model : undefined) ??
    config.base_model_name_or_path;
  if (!modelName) throw new SoftpromptError('run.noBaseModel', { prompt: promptFolder });
  const base = await openBase(resolveModelPath(modelName, process.cwd()));
  const { name, checksum } = base;
  const model = modelOf(base.config);
  const { heads, hiddenSize, numLayers } = model;
  const ofPair = model.kind === 'encoderDecoder' && {
    isEncoderDecoder: true,
    numEncoderLayers: model.numEncoderLayers,
  };
  refuseOtherModel(prompt, { ...heads, hiddenSize, numLayers, ...ofPair, name, checksum });
  const entry = entryOf(prompt, model);
  if (!model.entryPoints.includes(entry)) throw new SoftpromptError('run.noEntry', { method: config.peft_type, entry });
  const input = {
    ...direct(entry, ...adapterShape(config)),
    ...(hasParts(config) && { prefixAttention: config.prefix_attention }),
  };
  const method = config.peft_type === 'WARP' ? withClasses(input, config.num_classes) : input;
  return { base, model, method };
}

/** Where a saved prompt enters: its template may say where its virtual tokens stand, and not every model shares what stands in front. */
function entryOf({ config, details }: KnownPrompt, { entryPoints }: Model): EntryPoint {
  if (config.peft_type === 'PREFIX_TUNING') return 'keysAndValues';
  const isPlaced = placesVirtualTokens(details?.task.template ?? '');
  return isPlaced || !entryPoints.includes('front') ? 'anywhere' : 'front';
}

/** What is to be computed with, where no recipe says it. */
export interface EngineWishes {
  readonly cacheFolder: string;
  /** All cores unless told. */
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  /** Whether waiting threads may keep their cores; only where a person waits for nothing else. */
  readonly spinning?: boolean;
}

/** The engine for work that has no recipe. */
export const engineFor = ({
  cacheFolder,
  threads = availableParallelism(),
  provider = 'auto',
  spinning = false,
}: EngineWishes): Promise<Engine> => openEngine({ engine: 'onnxruntime', provider, threads, cacheFolder, spinning });
