import { describe, expect, it } from 'vitest';
import { normDistribution, quantile, shareBelow } from '../../../src/evaluation/interpretation/norms.js';

const sorted = Float64Array.of(1, 2, 4, 8);

describe('norms', () => {
  it('have quantiles between their neighbours, as NumPy has them', () => {
    // numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 0.9, 1])
    expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(sorted, share))).toEqual(
      [1, 1.75, 3, 6.8, 8].map((x) => expect.closeTo(x, 12) as number),
    );
  });

  it('rank a value by the share that is smaller', () => {
    expect([0.5, 2, 3, 9].map((value) => shareBelow(sorted, value))).toEqual([0, 0.25, 0.5, 1]);
  });

  it('are counted in equal parts, with the greatest in the last', () => {
    const { tokens, quantiles, counts } = normDistribution(sorted);
    expect([tokens, quantiles[0], quantiles[3], quantiles[6]]).toEqual([4, 1, 3, 8]);
    // Parts of 7 / 24: 1 in the first, 2 in the fourth, 4 in the eleventh, 8 in the last.
    expect(counts.flatMap((count, i) => (count > 0 ? [[i, count]] : []))).toEqual([
      [0, 1],
      [3, 1],
      [10, 1],
      [23, 1],
    ]);
    expect(normDistribution(Float64Array.of(2, 2)).counts[0]).toBe(2);
  });
});
