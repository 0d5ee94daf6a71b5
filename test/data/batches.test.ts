import { describe, expect, it } from 'vitest';
import { batchSequence, type BatchOptions } from '../../src/data/batches.js';

const lengthOf = (index: number): number => (index * 7919) % 101;
const sequence = (options: Partial<BatchOptions> = {}): ReturnType<typeof batchSequence> =>
  batchSequence({ count: 1000, batchSize: 8, seed: 3, bucket: true, lengthOf, ...options });
const epoch = (batches: ReturnType<typeof batchSequence>, e: number): (readonly number[])[] =>
  Array.from({ length: batches.batchesPerEpoch }, (_, i) => batches.batch(e * batches.batchesPerEpoch + i));
const all = Array.from({ length: 1000 }, (_, i) => i);
const sorted = (rows: readonly number[]): number[] => [...rows].sort((a, b) => a - b);

describe('batchSequence', () => {
  it.each([true, false])('gives every row once an epoch, in another order each time (bucket %s)', (bucket) => {
    const batches = sequence({ bucket, count: 1000, batchSize: 16 });
    expect(batches.batchesPerEpoch).toBe(63);
    const [first, second] = [epoch(batches, 0), epoch(batches, 1)];
    expect(sorted(first.flat())).toEqual(all);
    expect(sorted(second.flat())).toEqual(all);
    expect(first).not.toEqual(second);
    expect(first.map((batch) => batch.length).filter((size) => size !== 16)).toEqual([8]);
  });

  it('puts the smaller batch last without buckets', () => {
    expect(epoch(sequence({ bucket: false, count: 10, batchSize: 4 }), 0).map((batch) => batch.length)).toEqual([
      4, 4, 2,
    ]);
  });

  it('gives the same batch whatever was asked before', () => {
    const forward = sequence();
    const inOrder = Array.from({ length: 300 }, (_, n) => forward.batch(n));
    const backward = sequence();
    for (const n of [299, 0, 130, 31, 32, 33, 250]) expect(backward.batch(n)).toEqual(inOrder[n]);
  });

  it('depends on the seed', () => {
    expect(sequence({ seed: 4 }).batch(0)).not.toEqual(sequence().batch(0));
  });

  it('batches rows of like length, in no order of length', () => {
    const lengths = epoch(sequence(), 0)
      .slice(0, 32)
      .map((batch) => batch.map(lengthOf));
    const spans = lengths.map((batch) => [Math.min(...batch), Math.max(...batch)] as const);
    const inOrder = [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(spans).not.toEqual(inOrder);
    inOrder.slice(1).forEach(([least], i) => {
      expect(least).toBeGreaterThanOrEqual(inOrder[i]![1]);
    });
  });

  it('measures only the rows of the block at hand, once each', () => {
    const asked: number[] = [];
    const batches = sequence({ lengthOf: (index) => asked.push(index) });
    batches.batch(0);
    batches.batch(31);
    expect(asked).toHaveLength(256);
    expect(new Set(asked).size).toBe(256);
    batches.batch(32);
    expect(asked).toHaveLength(512);
  });

  it('measures nothing without buckets', () => {
    const batches = sequence({
      bucket: false,
      lengthOf: () => {
        throw new Error('measured');
      },
    });
    expect(batches.batch(5)).toHaveLength(8);
  });

  it('takes batches larger than the data', () => {
    const batches = sequence({ count: 3, batchSize: 8 });
    expect(batches.batchesPerEpoch).toBe(1);
    expect(sorted(batches.batch(7))).toEqual([0, 1, 2]);
  });
});
