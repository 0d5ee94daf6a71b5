import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError, isErrno } from '../store/fileErrors.js';
import { asFloats, readSafetensorsHeader, typedView, type TensorEntry } from '../store/safetensors.js';
import type { ModelConfig } from './modelConfig.js';
import { basePrefixes, expectWeights } from './weightNames.js';
import { checkShape, missingWeight, readPieces, type SourceTensor, type WeightSource } from './weightSource.js';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const pieceBytes = 1 << 22;

/** Which files of a model folder hold its weights: one, or the shards that the index names; undefined where there are none. */
export async function findSafetensors(folder: string): Promise<string[] | undefined> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw asReadError(error, folder);
  });
  if (names.includes(singleFile)) return [join(folder, singleFile)];
  return names.includes(indexFile) ? readIndex(folder) : undefined;
}

/** Whether a folder's weights hold a tensor; false where there are none. Throws what reading them throws. */
export async function storesTensor(folder: string, name: string): Promise<boolean> {
  for (const file of (await findSafetensors(folder)) ?? [])
    if ((await readSafetensorsHeader(file)).tensors.has(name)) return true;
  return false;
}

/**
 * The model's tensors in a folder's safetensors files, with every one that the config asks for there and of the right shape.
 * Throws `model.noWeights`, `model.pickle`, `model.badIndex`, `model.weightMissing`, `model.weightShape`, `model.weightType`,
 * `store.badSafetensors`, `store.fileMissing`.
 */
export async function safetensorsWeights(folder: string, config: ModelConfig): Promise<WeightSource> {
  const files = (await findSafetensors(folder)) ?? (await refuseFolder(folder, config));
  const stored = new Map<string, TensorEntry & { file: string }>();
  for (const file of files) {
    const { tensors } = await readSafetensorsHeader(file);
    for (const [name, entry] of tensors) stored.set(name, { ...entry, file });
  }

  const prefix = basePrefixes[config.architecture];
  const tensors = new Map<string, SourceTensor>();
  for (const [name, shape] of expectWeights(config)) {
    const entry = storedNames(name, prefix).flatMap((known) => stored.get(known) ?? [])[0];
    if (!entry) throw missingWeight(files.length === 1 ? (files[0] ?? folder) : folder, name, shape);
    checkShape(entry.file, name, entry.shape, shape);
    tensors.set(name, sourceTensor(name, entry));
  }
  return { files, tensors };
}

/** What a tensor may be called in files: as transformers calls it, without the model in front, and as BERT's first checkpoints have norms. */
function storedNames(name: string, prefix: string): string[] {
  const names = name.startsWith(prefix) ? [name, name.slice(prefix.length)] : [name];
  const older = names.map((each) =>
    each.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  return [...names, ...older];
}

function sourceTensor(
  name: string,
  { file, dtype, shape, offset, byteLength }: TensorEntry & { file: string },
): SourceTensor {
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    throw new SoftpromptError('model.weightType', { file, tensor: name, found: dtype, supported: 'F32, F16, BF16' });
  }
  return {
    shape,
    ...(dtype === 'F32' && { float32: { file, offset, byteLength } }),
    async *floats() {
      for await (const piece of readPieces(file, offset, byteLength, pieceBytes)) {
        const floats = asFloats(dtype, typedView(dtype, piece));
        if (floats) yield floats;
      }
    },
  };
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

async function readIndex(folder: string): Promise<string[]> {
  const file = join(folder, indexFile);
  const bad = (found: string, cause?: unknown): SoftpromptError =>
    new SoftpromptError('model.badIndex', { file, found, expected: 'a weight_map from tensors to files' }, { cause });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw error instanceof SyntaxError ? bad('no JSON', error) : asReadError(error, file);
  }
  const parsed = indexSchema.safeParse(value);
  if (!parsed.success) throw bad('no weight_map', parsed.error);
  const names = [...new Set(Object.values(parsed.data.weight_map))].sort();
  // A name that leads out of the folder, or to a pickle, is not one that a tool writes.
  const odd = names.find((name) => basename(name) !== name || name.includes('\\') || !name.endsWith('.safetensors'));
  if (odd !== undefined) throw bad(`the file "${odd}"`);
  if (names.length === 0) throw bad('an empty weight_map');
  return names.map((name) => join(folder, name));
}

/** Says why a folder has no weights to open. */
async function refuseFolder(folder: string, { architecture }: ModelConfig): Promise<never> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, folder);
  });
  const pickle = names.find((name) => /^(pytorch_model.*\.bin(\.index\.json)?|.*\.(pt|pth|ckpt))$/.test(name));
  if (pickle === undefined) throw new SoftpromptError('model.noWeights', { folder });
  const command = `python -c "from transformers import ${architecture === 't5' ? 'AutoModelForSeq2SeqLM' : 'AutoModelForCausalLM'} as M; M.from_pretrained('${folder}').save_pretrained('${folder}', safe_serialization=True)"`;
  throw new SoftpromptError('model.pickle', { folder, file: pickle, command });
}
