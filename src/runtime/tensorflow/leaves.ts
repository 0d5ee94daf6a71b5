import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, defined } from '../../common/assert.js';
import { isNode, type DType, type Value } from '../../graph/value.js';
import { asReadError } from '../../store/fileErrors.js';
import { readBytes } from '../../store/safetensors.js';
import type { Feeds, WeightLocations } from '../executor.js';
import type { Tensorflow, TfTensor } from './kernels.js';

const tfTypes = { float: 'float32', int: 'int32' } as const satisfies Record<DType, string>;

/**
 * Tensors of the leaves that are the same in every run: weights and constants. The caller disposes them.
 * Rejects with `store.fileMissing`, `store.unreadable` or `store.badSafetensors` where a weight cannot be read.
 */
export async function fixedLeaves(
  tf: Tensorflow,
  leaves: readonly Value[],
  weights: WeightLocations,
): Promise<Map<Value, TfTensor>> {
  const fixed = new Map<Value, TfTensor>();
  try {
    for (const value of leaves) {
      const { origin, dtype } = value;
      if (isNode(origin)) continue;
      if (origin.kind === 'constant')
        fixed.set(value, tf.tensor([...origin.data], value.shape.map(Number), tfTypes[dtype]));
      if (origin.kind === 'weight')
        fixed.set(value, tf.tensor(await readWeight(weights, origin.name), value.shape.map(Number), tfTypes[dtype]));
    }
  } catch (error) {
    tf.dispose([...fixed.values()]);
    throw error;
  }
  return fixed;
}

/** Tensors of the leaves that are fed: inputs and parameters. Feeds that the graph does not have are left out. */
export function fedLeaves(tf: Tensorflow, leaves: readonly Value[], feeds: Feeds): Map<Value, TfTensor> {
  const fed = new Map<Value, TfTensor>();
  for (const value of leaves) {
    const { origin, dtype } = value;
    if (isNode(origin) || origin.kind === 'constant' || origin.kind === 'weight') continue;
    const { data, shape } = defined(feeds[origin.name], `the feed ${origin.name}`);
    assert((dtype === 'float') === data instanceof Float32Array, `the feed ${origin.name} is not ${tfTypes[dtype]}`);
    fed.set(value, tf.tensor(data, [...shape], tfTypes[dtype]));
  }
  return fed;
}

/** The float32 numbers of a weight. */
async function readWeight({ folder, tensors }: WeightLocations, name: string): Promise<Float32Array> {
  const { file, offset, byteLength } = defined(tensors.get(name), `the weight ${name}`);
  const path = join(folder, file);
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw asReadError(error, path);
  });
  try {
    return new Float32Array((await readBytes(handle, path, offset, byteLength)).buffer);
  } finally {
    await handle.close();
  }
}
