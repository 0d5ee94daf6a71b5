import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { WeightLocation, WeightLocations } from '../runtime/executor.js';
import { readSafetensorsHeader, type SafetensorsHeader } from '../store/safetensors.js';
import { layoutSafetensors, writeSafetensors, type TensorToWrite } from '../store/writeSafetensors.js';
import { weightsChecksum } from './checksum.js';
import { weightsCacheFolder } from './weightsCache.js';
import type { WeightSource } from './weightSource.js';

export interface PrepareOptions {
  readonly cacheFolder: string;
  /** Called before a float32 copy is made, with its path and size. */
  readonly onConvert?: ((copy: { readonly file: string; readonly bytes: number }) => void) | undefined;
  readonly onProgress?: ((bytesDone: number, bytesTotal: number) => void) | undefined;
}

/** Changes whenever a conversion would give other bytes, so that older copies are not taken for new ones. */
const converterVersion = 1;

/**
 * Float32 weights are used where they lie, provided that they share one real folder. All others are converted once, into a file of the
 * cache folder that is named by the checksum.
 * Throws what reading the source throws, `store.noSpace` and `store.readOnly`.
 */
export async function prepareWeights(
  source: WeightSource,
  options: PrepareOptions,
): Promise<{ weights: WeightLocations; checksum: string }> {
  const checksum = await weightsChecksum(source.files, options.cacheFolder);
  return { checksum, weights: (await inPlace(source)) ?? (await converted(source, checksum, options)) };
}

async function inPlace(source: WeightSource): Promise<WeightLocations | undefined> {
  const real = new Map<string, string>();
  for (const file of source.files) real.set(file, await realpath(file));
  const folders = new Set([...real.values()].map(dirname));
  const [folder] = folders;
  if (folder === undefined || folders.size > 1) return undefined;

  const tensors = new Map<string, WeightLocation>();
  for (const [name, { shape, float32 }] of source.tensors) {
    if (!float32) return undefined;
    const { file, offset, byteLength } = float32;
    tensors.set(name, { file: basename(real.get(file) ?? file), offset, byteLength, shape });
  }
  return { folder, tensors };
}

async function converted(source: WeightSource, checksum: string, options: PrepareOptions): Promise<WeightLocations> {
  const file = join(weightsCacheFolder(options.cacheFolder), `${checksum}-v${converterVersion}.safetensors`);
  const known = await readCopy(file, source);
  if (!known) await convert(source, file, options);
  const { tensors } = known ?? (await readSafetensorsHeader(file));
  const real = await realpath(file);
  return {
    folder: dirname(real),
    tensors: new Map([...tensors].map(([name, entry]) => [name, { ...entry, file: basename(real) }])),
  };
}

/** The header of an earlier copy that holds exactly the tensors needed; undefined where there is none. */
async function readCopy(file: string, source: WeightSource): Promise<SafetensorsHeader | undefined> {
  let header: SafetensorsHeader;
  try {
    header = await readSafetensorsHeader(file);
  } catch (error) {
    const replaceable = ['store.fileMissing', 'store.badSafetensors'];
    if (error instanceof SoftpromptError && replaceable.includes(error.code)) return undefined;
    throw error;
  }
  const complete = [...source.tensors].every(([name, { shape }]) => {
    const entry = header.tensors.get(name);
    return entry?.dtype === 'F32' && entry.shape.join() === shape.join();
  });
  return complete && header.tensors.size === source.tensors.size ? header : undefined;
}

async function convert(source: WeightSource, file: string, { onConvert, onProgress }: PrepareOptions): Promise<void> {
  const shapes = [...source.tensors].map(([name, { shape }]) => [name, { dtype: 'F32', shape }] as const);
  const bytes = layoutSafetensors(shapes).fileSize;
  onConvert?.({ file, bytes });
  let done = 0;
  const tensors = [...source.tensors].map(([name, { shape, floats }]): [string, TensorToWrite] => {
    const data = async function* (): AsyncGenerator<Float32Array> {
      for await (const piece of floats()) {
        yield piece;
        done += piece.byteLength;
        onProgress?.(done, bytes);
      }
    };
    return [name, { dtype: 'F32', shape, data }];
  });
  await writeSafetensors(file, tensors);
  onProgress?.(bytes, bytes);
}
