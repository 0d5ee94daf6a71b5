import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/common/random.js';
import { bestAssignment } from '../../../src/evaluation/interpretation/assignment.js';
import { aligned } from '../../../src/evaluation/interpretation/comparePrompts.js';

const sum = (gains: readonly (readonly number[])[], columns: readonly number[]): number =>
  columns.reduce((total, column, row) => total + (gains[row]?.[column] ?? NaN), 0);

/** The greatest sum, by trying everything. */
function greatestSum(gains: readonly (readonly number[])[], row = 0, taken: readonly number[] = []): number {
  if (row === gains.length) return 0;
  return Math.max(
    ...(gains[row] ?? []).flatMap((gain, column) =>
      taken.includes(column) ? [] : [gain + greatestSum(gains, row + 1, [...taken, column])],
    ),
  );
}

describe('bestAssignment', () => {
  it('gives up the best single pair where the sum gains by it', () => {
    // Greedily 0.9 + 0.1.
    expect(
      bestAssignment([
        [0.9, 0.8],
        [0.8, 0.1],
      ]),
    ).toEqual([1, 0]);
  });

  it('is as good as trying everything, also with more columns than rows', () => {
    const random = seededRandom('assignment');
    for (const [rows, columns] of [
      [1, 1],
      [3, 3],
      [4, 6],
      [6, 6],
      [5, 7],
    ] as const) {
      const gains = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
      const given = bestAssignment(gains);
      expect(new Set(given).size).toBe(rows);
      expect(sum(gains, given)).toBeCloseTo(greatestSum(gains), 10);
    }
  });
});

describe('aligned', () => {
  it('gives the tokens of the shorter prompt a partner each, in the order of the first', () => {
    expect(aligned([[0.1, 0.9, 0.2]])).toEqual([[0, 1]]);
    expect(
      aligned([
        [0.1, 0.7],
        [0.2, 0.3],
        [0.6, 0.5],
      ]),
    ).toEqual([
      [0, 1],
      [2, 0],
    ]);
  });
});
