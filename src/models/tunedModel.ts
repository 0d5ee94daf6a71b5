import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { defined } from '../common/assert.js';
import type { WeightLocations } from '../runtime/executor.js';
import { makeFolder, writeFileAtomic } from '../store/atomicFile.js';
import { asReadError } from '../store/fileErrors.js';
import { readBytes, readSafetensorsHeader, withFile } from '../store/safetensors.js';
import { writeSafetensors } from '../store/writeSafetensors.js';

/** A model's weights, changed: by Hugging Face's full names, row-major. */
export type TunedWeights = ReadonlyMap<string, Float32Array>;
type Shaped = readonly { readonly name: string; readonly shape: readonly number[] }[];

/** Whole weights, as they are before they are tuned. Throws `store.badSafetensors`. */
export async function readWeights(
  weights: WeightLocations,
  names: readonly string[],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const name of names) {
    const { file, offset, byteLength } = defined(weights.tensors.get(name), name);
    const path = join(weights.folder, file);
    const { buffer } = await withFile(path, (handle) => readBytes(handle, path, offset, byteLength));
    found.set(name, new Float32Array(buffer));
  }
  return found;
}

/** Writes tuned weights as float32 where a session can map them into memory. Throws `store.noSpace` or `store.readOnly`. */
export async function writeTunedWeights(file: string, shapes: Shaped, values: TunedWeights): Promise<WeightLocations> {
  await writeSafetensors(
    file,
    shapes.map(({ name, shape }) => [name, { dtype: 'F32', shape, data: defined(values.get(name), name) }] as const),
  );
  const { tensors } = await readSafetensorsHeader(file);
  const real = await realpath(file);
  return {
    folder: dirname(real),
    tensors: new Map([...tensors].map(([name, entry]) => [name, { ...entry, file: basename(real) }])),
  };
}

/** What stands beside a model's weights and does not change with them: its tokenizer, and how it generates. */
const besideWeights =
  /^(tokenizer.*|vocab\.(json|txt)|merges\.txt|special_tokens_map\.json|added_tokens\.json|generation_config\.json|chat_template\..*|spiece\.model)$/;

/**
 * Keeps a tuned model as a Hugging Face folder: the base model's config, which now says float32, its tokenizer, and the weights in one file.
 * `from` is the base model's folder.
 */
export async function saveTunedModel(
  folder: string,
  from: string,
  shapes: Shaped,
  values: TunedWeights,
): Promise<void> {
  await makeFolder(folder);
  const read = (name: string): Promise<Buffer> =>
    readFile(join(from, name)).catch((error: unknown) => {
      throw asReadError(error, join(from, name));
    });
  const names = await readdir(from);
  for (const name of names) if (besideWeights.test(name)) await writeFileAtomic(join(folder, name), await read(name));
  await writeTunedWeights(join(folder, 'model.safetensors'), shapes, values);
  // Both spellings of the type: torch_dtype until transformers 4, dtype from 5 on.
  const config = { ...(JSON.parse(String(await read('config.json'))) as object) } as Record<string, unknown>;
  for (const field of ['torch_dtype', 'dtype']) if (field in config) config[field] = 'float32';
  await writeFileAtomic(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}
