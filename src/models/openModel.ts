import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { WeightLocations } from '../runtime/executor.js';
import { asReadError, isErrno } from '../store/fileErrors.js';
import { openGguf } from './gguf.js';
import { ggufConfig } from './ggufConfig.js';
import { ggufTokenizer } from './ggufTokenizer.js';
import { ggufWeights } from './ggufWeights.js';
import { repositoryOf, resolveSnapshot } from './huggingFaceCache.js';
import { readModelConfig, type ModelConfig } from './modelConfig.js';
import { findSafetensors, safetensorsWeights } from './safetensorsWeights.js';
import { checkVocabulary, openTokenizer, type Tokenizer } from './tokenizer.js';
import { countParameters } from './weightNames.js';
import { prepareWeights, type PrepareOptions } from './weights.js';
import type { WeightSource } from './weightSource.js';

/** A frozen language model, ready to be built into graphs. */
export interface BaseModel {
  /** For people: "org/name" from the Hugging Face cache, else the folder's or file's name. */
  readonly name: string;
  /** The folder or the .gguf file that it was opened from, absolute. */
  readonly path: string;
  readonly form: ModelForm;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly weights: WeightLocations;
  /** SHA-256 of the weight files as they were found. */
  readonly checksum: string;
  readonly parameters: number;
}

export type ModelForm = 'folder' | 'gguf';

/** A model whose config, tokenizer and tensors are there and fit together; nothing is hashed or converted yet. */
export interface InspectedModel extends Pick<
  BaseModel,
  'name' | 'path' | 'form' | 'config' | 'tokenizer' | 'parameters'
> {
  readonly source: WeightSource;
}

/**
 * Opens a Hugging Face folder (also one of the Hugging Face cache: `models--org--name`), a folder with one .gguf file and no safetensors,
 * or a .gguf file. Weights that are not float32 are converted once into the cache folder, said with its size before.
 * Throws `model.*` and `store.*` errors that name the file, what was found and what is expected.
 */
export async function openModel(path: string, options: PrepareOptions): Promise<BaseModel> {
  const { source, ...model } = await inspectModel(path);
  return { ...model, ...(await prepareWeights(source, options)) };
}

/** As `openModel`, without the weights. */
export async function inspectModel(path: string): Promise<InspectedModel> {
  const { form, path: found } = await locateModel(path);
  const name = repositoryOf(found) ?? basename(found);
  if (form === 'gguf') {
    const gguf = await openGguf(found);
    const config = ggufConfig(gguf);
    return fit({ name, path: found, form, config, tokenizer: ggufTokenizer(gguf), source: ggufWeights(gguf, config) });
  }
  const config = await readModelConfig(found);
  const source = await safetensorsWeights(found, config);
  return fit({ name, path: found, form, config, tokenizer: await openTokenizer(found), source });
}

function fit(model: Omit<InspectedModel, 'parameters'>): InspectedModel {
  checkVocabulary(model.tokenizer, model.config.vocabularySize, model.path);
  return { ...model, parameters: countParameters(model.config) };
}

/** What a path means: a folder to read, or a .gguf file. */
async function locateModel(path: string): Promise<{ form: ModelForm; path: string }> {
  const absolute = resolve(path);
  if (!(await isFolder(absolute))) return locateFile(absolute);
  const folder = await resolveSnapshot(absolute);
  const names = await readdir(folder).catch((error: unknown) => {
    throw asReadError(error, folder);
  });
  const [gguf, ...others] = names.filter((name) => name.endsWith('.gguf'));
  if (gguf !== undefined && others.length === 0 && (await findSafetensors(folder)) === undefined) {
    return { form: 'gguf', path: join(folder, gguf) };
  }
  if (!names.includes('config.json')) throw new SoftpromptError('model.notFound', { path: folder });
  return { form: 'folder', path: folder };
}

/** A file stands for itself, or, where it belongs to a model folder, for the folder. */
async function locateFile(file: string): Promise<{ form: ModelForm; path: string }> {
  if (file.endsWith('.gguf')) return { form: 'gguf', path: file };
  if (/\.safetensors(\.index\.json)?$|^config\.json$/.test(basename(file))) return locateModel(dirname(file));
  throw new SoftpromptError('model.notFound', { path: file });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw new SoftpromptError('model.notFound', { path }, { cause: error });
    throw asReadError(error, path);
  }
}
