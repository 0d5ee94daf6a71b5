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

/** Some megabytes: a table of a large vocabulary is never in memory whole. */
const rowsAtOnce = 4096;

/** A weight matrix [rows, width] in blocks of rows, in order. */
export async function* readWeightBlocks(weights: WeightLocations, name: string): AsyncGenerator<Float32Array> {
  const { file, offset, byteLength, shape } = defined(weights.tensors.get(name), name);
  const path = join(weights.folder, file);
  const blockBytes = rowsAtOnce * (shape[1] as number) * Float32Array.BYTES_PER_ELEMENT;
  const handle = await open(path);
  try {
    for (let at = 0; at < byteLength; at += blockBytes) {
      const { buffer } = await readBytes(handle, path, offset + at, Math.min(blockBytes, byteLength - at));
      yield new Float32Array(buffer);
    }
  } finally {
    await handle.close();
  }
}
