import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../common/assert.js';
import type { WeightLocations } from '../runtime/executor.js';
import { readBytes } from '../store/safetensors.js';

/** Some rows of a weight matrix [rows, width], read without the rest: [rows.length, width]. */
export async function readWeightRows(
  weights: WeightLocations,
  name: string,
  rows: readonly number[],
): Promise<Float32Array[]> {
  const { file, offset, shape } = defined(weights.tensors.get(name), name);
  const path = join(weights.folder, file);
  const rowBytes = (shape[1] as number) * Float32Array.BYTES_PER_ELEMENT;
  const handle = await open(path);
  try {
    const found: Float32Array[] = [];
    for (const row of rows) {
      const { buffer } = await readBytes(handle, path, offset + row * rowBytes, rowBytes);
      found.push(new Float32Array(buffer));
    }
    return found;
  } finally {
    await handle.close();
  }
}

/** A whole weight matrix, row-major. */
export async function readWeight(weights: WeightLocations, name: string): Promise<Float32Array> {
  const { file, offset, byteLength } = defined(weights.tensors.get(name), name);
  const path = join(weights.folder, file);
  const handle = await open(path);
  try {
    return new Float32Array((await readBytes(handle, path, offset, byteLength)).buffer);
  } finally {
    await handle.close();
  }
}
