import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import { multiplyDims, type Dim } from '../graph/shape.js';
import type { Feeds, Tensor } from '../runtime/executor.js';
import { headBlock, hidden, inverseOf } from './headBlocks.js';
import type { HeadBlocks } from './rowLayout.js';

/** Texts without anything in front: packed rows [rows, width] of which attention sees padded blocks [heads, batch, length, head size]. */
export const declareTextBlocks = (
  build: Builder,
  name: string,
  numHeads: number,
  rows: Dim,
  length: Dim,
): HeadBlocks => ({
  indices: [build.input(`${name}.index`, [numHeads, 'batch', length])],
  zeroIndices: [build.input(`${name}.zeroIndex`, [numHeads, 'batch', length])],
  inverse: build.input(`${name}.inverse`, [multiplyDims(numHeads, rows)]),
});

/** Feeds of `declareTextBlocks`, from how many rows each text has. */
export function textBlockFeeds(name: string, numHeads: number, lengths: readonly number[]): Feeds {
  const starts: number[] = [];
  let rows = 0;
  for (const length of lengths) {
    starts.push(rows);
    rows += length;
  }
  const rowOf = (b: number, i: number): number | undefined =>
    i < defined(lengths[b], 'a length') ? defined(starts[b], 'a start') + i : undefined;
  const { index, zeroIndex } = headBlock(numHeads, 1, [lengths.length], Math.max(...lengths), numHeads, rows, rowOf);
  return {
    [`${name}.index`]: index,
    [`${name}.zeroIndex`]: zeroIndex,
    [`${name}.inverse`]: inverseOf([zeroIndex], rows * numHeads),
  };
}

/** Added to scores on a text's rows, in both directions: [batch, 1, length]. */
export function textMask(lengths: readonly number[]): Tensor<Float32Array> {
  const length = Math.max(...lengths);
  const data = new Float32Array(lengths.length * length).fill(hidden);
  lengths.forEach((own, b) => data.fill(0, b * length, b * length + own));
  return { data, shape: [lengths.length, 1, length] };
}
