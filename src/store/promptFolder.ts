import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { defined } from '../common/assert.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { NearestTokens, RunEvent } from '../protocol/events.js';
import { recipeSchema, type Recipe } from '../protocol/recipe.js';
import {
  adapterTensors,
  badPrompt,
  configFileOf,
  formatAdapterConfig,
  promptConfigFiles,
  readAdapterConfig,
  isEncoderDecoder,
  type AdapterConfig,
} from './adapterConfig.js';
import { hasParts } from './adapterShape.js';
import { checkAdapterTensors, classesName, embeddingsName, readAdapterTensors, weightsFile } from './adapterWeights.js';
import { writeFileAtomic, writeFolderAtomic } from './atomicFile.js';
import { copyContent } from './copyContent.js';
import { fitsBlocks } from './decoderPrefix.js';
import { nearestTokensSchema } from './eventSchema.js';
import { formatEvents, parseEvents } from './eventLog.js';
import { modelCard } from './modelCard.js';
import { promptDetailsFile, promptDetailsSchema, type PromptDetails } from './promptDetails.js';
import { formatJson, readJsonIfPresent, readText } from './readJson.js';
import { readFloatTensors, type FloatTensor } from './safetensors.js';
import { writeSafetensors } from './writeSafetensors.js';
import { kindOf } from './storeLocation.js';

export const cardFile = 'README.md';
export const promptRecipeFile = 'recipe.json';
const historyFile = 'metrics.jsonl';
const interpretationFile = 'interpretation.json';
const firstVectorsFile = 'first-vectors.safetensors';
const trainingStatePath = ['training-state', 'checkpoint.safetensors'] as const;

/** What PEFT needs, with the card. */
export const adapterFiles = [...promptConfigFiles, weightsFile, cardFile] as const;
/** What only we write. */
export const ownFiles = [
  promptDetailsFile,
  promptRecipeFile,
  historyFile,
  interpretationFile,
  firstVectorsFile,
  join(...trainingStatePath),
] as const;

/** Where a prompt's folder keeps its run's last checkpoint: what is trained (with the encoder, which PEFT drops) and the optimiser. */
export const trainingStateFile = (folder: string): string => join(folder, ...trainingStatePath);

/** A saved prompt without its vectors: what a list shows. */
export interface PromptSummary {
  /** Its own name, or the folder's where PEFT saved it. */
  readonly name: string;
  readonly config: AdapterConfig;
  /** Absent where PEFT saved it. */
  readonly details?: PromptDetails;
  /** As they were when it was saved. */
  readonly nearest?: readonly NearestTokens[];
}

/** A prompt as its folder holds it: PEFT's two files, and ours beside them, which a plain PEFT adapter lacks. */
export interface SavedPrompt extends Omit<PromptSummary, 'name'> {
  /** `adapterShape(config)` */
  readonly embeddings: FloatTensor;
  /** Of WARP [classes, hidden]. */
  readonly classes?: FloatTensor;
  readonly recipe?: Recipe;
  readonly history?: readonly RunEvent[];
  /** What it was before it was converted; only the card that `savePrompt` writes says so. */
  readonly origin?: string;
  /** A checkpoint's file, which `savePrompt` copies; `loadPrompt` leaves it out: see `trainingStateFile`. */
  readonly trainingState?: string;
  /** A file that `writeFirstVectors` wrote, copied likewise; `readFirstVectors` reads it. */
  readonly firstVectors?: string;
}

/** A base model, as far as prompts are told apart by it. */
export interface ModelIdentity {
  readonly name: string;
  /** SHA-256 of the weights as they were found. */
  readonly checksum: string;
  readonly isEncoderDecoder?: boolean;
  readonly hiddenSize: number;
  /** Of an encoder-decoder the decoder's. */
  readonly numLayers: number;
  /** Of an encoder-decoder. */
  readonly numEncoderLayers?: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
}

/**
 * Writes a prompt's folder, replacing one of the same name as a whole: PEFT's files as PEFT writes them, then ours and a model card.
 * Throws `store.noSpace` or `store.readOnly`, and leaves nothing half-written then.
 */
export async function savePrompt(folder: string, prompt: SavedPrompt): Promise<void> {
  const { config, embeddings, details, recipe, history, nearest, trainingState, firstVectors } = prompt;
  await writeFolderAtomic(folder, async (temporary) => {
    const write = (name: string, text: string): Promise<void> => writeFile(join(temporary, name), text);
    const rows = adapterTensors(config)[embeddingsName]?.[0] ?? config.num_virtual_tokens;
    await writeVectors(join(temporary, weightsFile), withRows(embeddings, rows), prompt.classes);
    await write(configFileOf(config), formatAdapterConfig(config));
    await write(cardFile, modelCard(prompt));
    if (details) await write(promptDetailsFile, formatJson(details));
    if (recipe) await write(promptRecipeFile, formatJson(recipe));
    if (history) await write(historyFile, formatEvents(history));
    if (nearest) await write(interpretationFile, formatJson({ nearest }));
    if (trainingState !== undefined) await copyContent(trainingState, trainingStateFile(temporary));
    if (firstVectors !== undefined) await copyContent(firstVectors, join(temporary, firstVectorsFile));
  });
}

const writeVectors = (file: string, embeddings: FloatTensor, classes?: FloatTensor): Promise<void> =>
  writeSafetensors(file, [
    [embeddingsName, { dtype: 'F32', ...embeddings }],
    ...(classes ? [[classesName, { dtype: 'F32', ...classes }] as const] : []),
  ]);

/** The first rows of a matrix, or with rows of zeros below: what PEFT keeps for a decoder is never read. */
function withRows({ shape: [, width = 0], data }: FloatTensor, rows: number): FloatTensor {
  const result = new Float32Array(rows * width);
  result.set(data.subarray(0, rows * width));
  return { shape: [rows, width], data: result };
}

/** What enters the model at step 0, [P, width]: what a prompt's drift is measured from. */
export const writeFirstVectors = (file: string, embeddings: FloatTensor): Promise<void> =>
  writeVectors(file, embeddings);

/** `shape`: what they must have. Undefined for a prompt that keeps none: one that PEFT saved, or an older version of ours. Throws `store.badSafetensors` or `store.badPrompt`. */
export async function readFirstVectors(folder: string, shape: readonly number[]): Promise<FloatTensor | undefined> {
  const file = join(folder, firstVectorsFile);
  if ((await kindOf(file)) !== 'file') return undefined;
  const vectors = (await readFloatTensors(file)).get(embeddingsName);
  const named = (of: readonly number[]): string => `${embeddingsName} [${of.join(', ')}]`;
  const expected = named(shape);
  const found = vectors ? named(vectors.shape) : `no ${embeddingsName}`;
  if (!vectors || found !== expected) throw badPrompt(file, found, expected);
  return vectors;
}

/**
 * Reads a prompt's folder, ours or one that PEFT saved.
 * Throws what `readAdapterConfig` throws, `store.promptPickle`, `store.badPrompt` or `store.badSafetensors`.
 */
export async function loadPrompt(folder: string): Promise<SavedPrompt> {
  const { config, details, nearest } = await summarisePrompt(folder);
  const { [embeddingsName]: stored, [classesName]: classes } = await readAdapterTensors(folder, adapterTensors(config));
  const recipe = await readJsonIfPresent(join(folder, promptRecipeFile), recipeSchema, badPrompt);
  const history = await readHistory(join(folder, historyFile));
  return {
    config,
    embeddings: withRows(defined(stored, embeddingsName), config.num_virtual_tokens),
    ...(classes && { classes }),
    ...(details && { details }),
    ...(recipe && { recipe }),
    ...(history && { history }),
    ...(nearest && { nearest }),
  };
}

/** As `loadPrompt`, without reading vectors and history; their shape is checked. */
export async function summarisePrompt(folder: string): Promise<PromptSummary> {
  const config = await readAdapterConfig(folder);
  await checkAdapterTensors(folder, adapterTensors(config));
  const details = await readJsonIfPresent(join(folder, promptDetailsFile), promptDetailsSchema, badPrompt);
  const interpretation = await readJsonIfPresent(join(folder, interpretationFile), interpretationSchema, badPrompt);
  return {
    name: details?.name ?? basename(folder),
    config,
    ...(details && { details }),
    ...(interpretation && { nearest: interpretation.nearest }),
  };
}

/** Writes a prompt's name into what we say of it; PEFT's files know none. Throws `store.noSpace` or `store.readOnly`. */
export async function setPromptName(folder: string, name: string): Promise<void> {
  const file = join(folder, promptDetailsFile);
  const details = await readJsonIfPresent(file, z.looseObject({ name: z.string() }), badPrompt);
  if (details === undefined) return;
  const card = join(folder, cardFile);
  if ((await kindOf(card)) === 'file') {
    const text = await readText(card);
    await writeFileAtomic(
      card,
      text.replace(`\n# ${details.name}\n`, () => `\n# ${name}\n`),
    );
  }
  await writeFileAtomic(file, formatJson({ ...details, name }));
}

/**
 * Refuses a prompt on a model that it was not trained on. A plain PEFT adapter does not say which weights it was trained on: there the
 * width alone is checked. Throws `store.otherModel`, which names both.
 */
export function refuseOtherModel(prompt: Pick<SavedPrompt, 'config' | 'details'>, model: ModelIdentity): void {
  const { config, details } = prompt;
  const trained = details?.model.name ?? config.base_model_name_or_path ?? 'another model';
  const refuse = (reason: string): never => {
    throw new SoftpromptError('store.otherModel', {
      prompt: details?.name ?? trained,
      trained,
      model: model.name,
      reason,
    });
  };
  // An .npy file's vectors say nothing of their model.
  const isSaid = details !== undefined || config.base_model_name_or_path !== null;
  const [theirs, ours] = [isEncoderDecoder(config), model.isEncoderDecoder === true];
  if (theirs !== ours && (isSaid || config.peft_type === 'PREFIX_TUNING'))
    refuse(`it is for ${kindName(theirs)}, the model is ${kindName(ours)}`);
  const [found, expected] = [entryOf(config), entryOfModel(config, model)];
  if (found !== expected) refuse(`it holds ${found}, the model takes ${expected}`);
  if (details && details.model.checksum !== model.checksum) {
    refuse(`weights ${details.model.checksum.slice(0, 12)}… there, ${model.checksum.slice(0, 12)}… here`);
  }
}

/** What enters the model, in words that are equal exactly where the prompt fits. */
function entryOf(config: AdapterConfig): string {
  if (config.peft_type !== 'PREFIX_TUNING') return inputVectors(config.token_dim);
  const { num_layers: layers, num_attention_heads: heads, token_dim: tokenDim } = config;
  return keysAndValues(layers, heads, tokenDim / heads, hasParts(config) ? config.num_encoder_layers : undefined);
}

function entryOfModel(config: AdapterConfig, model: ModelIdentity): string {
  if (config.peft_type !== 'PREFIX_TUNING') return inputVectors(model.hiddenSize);
  const { numLayers, numEncoderLayers, numKeyValueHeads, headDim } = model;
  if (hasParts(config)) return keysAndValues(numLayers, numKeyValueHeads, headDim, numEncoderLayers);
  const { num_layers: layers } = config;
  const fits = model.isEncoderDecoder === true && fitsBlocks(layers, numLayers);
  return keysAndValues(fits ? layers : numLayers, numKeyValueHeads, headDim);
}

const kindName = (isPair: boolean): string => (isPair ? 'an encoder-decoder' : 'a decoder');

const inputVectors = (size: number): string => `input vectors of ${size} numbers`;

const keysAndValues = (layers: number, heads: number, headDim: number, encoderLayers?: number): string =>
  `keys and values of ${layers} layers, ${encoderLayers === undefined ? '' : `${encoderLayers} encoder layers, `}${heads} key/value heads, ${headDim} numbers each`;

const interpretationSchema = z.object({ nearest: z.array(nearestTokensSchema) });

async function readHistory(file: string): Promise<RunEvent[] | undefined> {
  return (await kindOf(file)) === undefined ? undefined : parseEvents(await readText(file), file, badPrompt);
}
