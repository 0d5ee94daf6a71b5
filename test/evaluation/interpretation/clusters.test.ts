import { describe, expect, it } from 'vitest';
import { clusterByDirection } from '../../../src/evaluation/interpretation/clusters.js';

const vectors = (...rows: number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row));

describe('clusterByDirection', () => {
  it('joins what points the same way, whatever the lengths, and leaves the rest alone', () => {
    expect(clusterByDirection(vectors([1, 0, 0], [0, 3, 0], [9, 0, 0], [0, 0, 1]))).toEqual([
      { positions: [0, 2], similarity: 1 },
      { positions: [1], similarity: 1 },
      { positions: [3], similarity: 1 },
    ]);
  });

  it('goes by the mean over all pairs: a bridge between two groups does not join them', () => {
    // 0°, 50°, 100° and 150°: neighbours have a cosine of 0.64, but 0° and 50° against 100° and 150° a mean of 0.01.
    const at = (degrees: number): number[] => [
      Math.cos((degrees * Math.PI) / 180),
      Math.sin((degrees * Math.PI) / 180),
    ];
    const found = clusterByDirection(vectors(at(0), at(50), at(100), at(150)));
    expect(found.map(({ positions }) => positions)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(found[0]?.similarity).toBeCloseTo(Math.cos((50 * Math.PI) / 180), 6);
  });

  it('tells the mean cosine of all pairs of a cluster', () => {
    const [only] = clusterByDirection(vectors([1, 0], [0.8, 0.6], [0.6, 0.8]));
    expect(only?.positions).toEqual([0, 1, 2]);
    expect(only?.similarity).toBeCloseTo((0.8 + 0.6 + 0.96) / 3, 6);
  });
});
