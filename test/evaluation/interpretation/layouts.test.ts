import { describe, expect, it } from 'vitest';
import { defined } from '../../../src/common/assert.js';
import { seededRandom } from '../../../src/common/random.js';
import { principalPlane } from '../../../src/evaluation/interpretation/principalComponents.js';
import { nearestPoints, umapLayout } from '../../../src/evaluation/interpretation/umapLayout.js';

const nothing = (): Promise<void> => Promise.resolve();

/** Points around three directions of five dimensions. */
function threeGroups(each: number): Float32Array[] {
  const random = seededRandom('groups');
  return Array.from({ length: 3 * each }, (_, i) =>
    Float32Array.from({ length: 5 }, (_, axis) => (axis === i % 3 ? 3 : 0) + 0.3 * random.normal()),
  );
}

describe('principalPlane', () => {
  it('finds the directions of the greatest variances, and how much they tell', async () => {
    // Variances 9, 4 and 1 along a turned frame: of 14 in all.
    const [a, b, c] = [
      [2 / 3, 2 / 3, 1 / 3],
      [-2 / 3, 1 / 3, 2 / 3],
      [1 / 3, -2 / 3, 2 / 3],
    ] as const;
    const points = [-1, 1].flatMap((i) =>
      [-1, 1].flatMap((j) =>
        [-1, 1].map((k) =>
          Float32Array.from(
            [0, 1, 2],
            (axis) => 5 + 3 * i * (a[axis] ?? 0) + 2 * j * (b[axis] ?? 0) + k * (c[axis] ?? 0),
          ),
        ),
      ),
    );
    const { places, explained } = await principalPlane(points, nothing);
    expect(explained[0]).toBeCloseTo(9 / 14, 5);
    expect(explained[1]).toBeCloseTo(4 / 14, 5);
    for (const [x, y] of places) {
      expect(Math.abs(x)).toBeCloseTo(3, 3);
      expect(Math.abs(y)).toBeCloseTo(2, 3);
    }
  });

  it('stops between rounds where it is told to', async () => {
    await expect(principalPlane(threeGroups(4), () => Promise.reject(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('nearestPoints', () => {
  it('finds for each point the nearest by angle, itself first', async () => {
    const points = [
      [1, 0],
      [1, 0.1],
      [0, 1],
      [0.2, 1],
    ].map((point) => Float32Array.from(point));
    const { indices, distances } = await nearestPoints(points, 2, nothing);
    expect(indices).toEqual([
      [0, 1],
      [1, 0],
      [2, 3],
      [3, 2],
    ]);
    expect(distances[0]?.[1]).toBeCloseTo(1 - 1 / Math.hypot(1, 0.1), 6);
  });
});

describe('umapLayout', () => {
  it('keeps groups together and apart, and lays the same points out the same', async () => {
    const points = threeGroups(20);
    const shares: number[] = [];
    const layout = await umapLayout(points, (share) => Promise.resolve(void shares.push(share)));
    const centres = [0, 1, 2].map((group) => {
      const own = layout.filter((_, i) => i % 3 === group);
      const mean = (axis: 0 | 1): number => own.reduce((sum, place) => sum + place[axis], 0) / own.length;
      return [mean(0), mean(1)] as const;
    });
    layout.forEach(([x, y], i) => {
      const distances = centres.map(([cx, cy]) => Math.hypot(x - cx, y - cy));
      expect(distances.indexOf(Math.min(...distances))).toBe(i % 3);
    });
    expect(await umapLayout(points, nothing)).toEqual(layout);
    expect(defined(shares.at(-1), 'a share')).toBeCloseTo(1, 10);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });
});
