import { assert, defined } from '../common/assert.js';
import { seededRandom, shuffledIndices } from '../common/random.js';

/** How many batches are sorted by length together: enough to save padding, few enough that the order stays random. */
const batchesPerBlock = 32;

export interface BatchOptions {
  /** Number of rows. */
  readonly count: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Whether rows of like length stand in one batch. */
  readonly bucket: boolean;
  /** Length of a row in tokens; asked once for each row of the block at hand, and only with `bucket`. */
  lengthOf(index: number): number;
}

export interface BatchSequence {
  /** Row indices of batch n, counted from 0 over all epochs. Any n in any order: a resumed run goes on where it stopped. */
  batch(n: number): readonly number[];
  readonly batchesPerEpoch: number;
}

/**
 * The endless sequence of batches that a seed stands for. Each epoch holds every row once, in an order of its own. With `bucket`, each block of
 * 32 batches is sorted by length, cut into batches, and these are shuffled within the block. One batch of an epoch may be smaller: the last,
 * or with `bucket` one of the last block.
 */
export function batchSequence({ count, batchSize, seed, bucket, lengthOf }: BatchOptions): BatchSequence {
  assert(count > 0 && batchSize > 0, 'batches need rows and a size');
  const batchesPerEpoch = Math.ceil(count / batchSize);

  const epochOrder = latest((epoch: number) => shuffledIndices(count, seededRandom(seed, 'order', epoch)));

  const blocksPerEpoch = Math.ceil(batchesPerEpoch / batchesPerBlock);
  const blockBatches = latest((blockNumber: number) => {
    const epoch = Math.floor(blockNumber / blocksPerEpoch);
    const block = blockNumber % blocksPerEpoch;
    const rows = slice(epochOrder(epoch), block, batchesPerBlock * batchSize);
    if (!bucket) return cut(rows, batchSize);
    const measured = rows.map((row) => ({ row, length: lengthOf(row) })).sort((a, b) => a.length - b.length);
    const batches = cut(
      measured.map(({ row }) => row),
      batchSize,
    );
    const order = shuffledIndices(batches.length, seededRandom(seed, 'batches', epoch, block));
    return order.map((i) => defined(batches[i], 'batch'));
  });

  return {
    batchesPerEpoch,
    batch: (n) => {
      const epoch = Math.floor(n / batchesPerEpoch);
      const inEpoch = n % batchesPerEpoch;
      const block = Math.floor(inEpoch / batchesPerBlock);
      return defined(blockBatches(epoch * blocksPerEpoch + block)[inEpoch % batchesPerBlock], `batch ${n}`);
    },
  };
}

function cut(rows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => slice(rows, i, size));
}

function slice(rows: readonly number[], part: number, size: number): number[] {
  return rows.slice(part * size, (part + 1) * size);
}

/** Remembers the result for the latest key. */
function latest<T>(compute: (key: number) => T): (key: number) => T {
  let last: { key: number; value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: compute(key) };
    return last.value;
  };
}
