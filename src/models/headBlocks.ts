import { intVector, type Tensor } from '../runtime/executor.js';

/** How rows stand in attention's padded blocks. */

/** Added to a score that is not to be seen: large enough that exp gives 0, small enough that nothing overflows. */
export const hidden = -1e9;

export interface IndexBlock {
  readonly index: Tensor<Int32Array>;
  readonly zeroIndex: Tensor<Int32Array>;
}

/**
 * Blocks [kv, …batches, group · length] of indices into rows · heads (`perRow` heads a row, head = kv · group + g); padding is 0 in
 * `index` and the count of rows · heads, which reads zeros, in `zeroIndex`.
 */
export function headBlock(
  kv: number,
  group: number,
  batches: readonly number[],
  length: number,
  perRow: number,
  rows: number,
  rowOf: (b: number, i: number) => number | undefined,
): IndexBlock {
  const batch = batches.reduce((a, b) => a * b, 1);
  const index = new Int32Array(kv * batch * group * length);
  const zeroIndex = new Int32Array(index.length);
  let at = 0;
  for (let h = 0; h < kv; h++)
    for (let b = 0; b < batch; b++)
      for (let g = 0; g < group; g++)
        for (let i = 0; i < length; i++, at++) {
          const row = rowOf(b, i);
          index[at] = row === undefined ? 0 : row * perRow + h * group + g;
          zeroIndex[at] = row === undefined ? rows * perRow : row * perRow + h * group + g;
        }
  const shape = [kv, ...batches, group * length];
  return { index: { data: index, shape }, zeroIndex: { data: zeroIndex, shape } };
}

/** Where each row · head stands in the joined blocks. */
export function inverseOf(blocks: readonly Tensor[], count: number): Tensor<Int32Array> {
  const inverse = new Int32Array(count);
  let at = 0;
  for (const { data } of blocks)
    for (const row of data) {
      if (row < count) inverse[row] = at;
      at++;
    }
  return intVector(inverse);
}
