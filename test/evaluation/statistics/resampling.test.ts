import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/common/random.js';
import { binomial } from '../../../src/evaluation/statistics/binomial.js';
import {
  countedMacroF1,
  countedMean,
  countedShare,
  countedSums,
} from '../../../src/evaluation/statistics/countedScore.js';
import { mcNemar } from '../../../src/evaluation/statistics/mcNemar.js';
import {
  bootstrapInterval,
  paired,
  pairedInterval,
  randomisationTest,
} from '../../../src/evaluation/statistics/resampling.js';

const repeated = <T>(parts: readonly (readonly [number, T])[]): T[] =>
  parts.flatMap(([count, value]) => Array.from({ length: count }, () => value));
const resampling = { seed: 1, resamples: 2000 };

describe('binomial', () => {
  it.each([
    [20, 0.1],
    [400, 0.3],
    [400, 0.9],
    [100_000, 0.5],
  ])('of %d trials with %d has the mean and the variance that it should have', (n, p) => {
    const random = seededRandom('binomial', n);
    const draws = Array.from({ length: 20_000 }, () => binomial(n, p, random));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const deviation = Math.sqrt(n * p * (1 - p));
    expect(Math.abs(mean - n * p)).toBeLessThan((4 * deviation) / Math.sqrt(draws.length));
    expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(0.05);
    expect(draws.every((x) => Number.isInteger(x) && x >= 0 && x <= n)).toBe(true);
  });

  it('never succeeds or always, where the probability says so', () => {
    const random = seededRandom(0);
    expect([binomial(9, 0, random), binomial(9, 1, random), binomial(0, 0.5, random)]).toEqual([0, 9, 0]);
  });
});

describe('bootstrapInterval', () => {
  it('is as wide as the normal approximation says for many rows', () => {
    const interval = bootstrapInterval(
      countedShare(
        repeated([
          [800, true],
          [200, false],
        ]),
      ),
      resampling,
    );
    const half = 1.96 * Math.sqrt((0.8 * 0.2) / 1000);
    expect(interval?.low).toBeCloseTo(0.8 - half, 2);
    expect(interval?.high).toBeCloseTo(0.8 + half, 2);
  });

  it('is the same for the same seed', () => {
    const rows = repeated([
      [30, true],
      [12, false],
    ]);
    const interval = bootstrapInterval(countedShare(rows), resampling);
    expect(bootstrapInterval(countedShare(rows), resampling)).toEqual(interval);
    const apart = rows.map((right, i) => Number(right) + 1e-6 * i);
    const drawn = bootstrapInterval(countedMean(apart), resampling);
    expect(bootstrapInterval(countedMean(apart), { ...resampling, seed: 2 })).not.toEqual(drawn);
  });

  it('draws groups of like rows as if it drew the rows', () => {
    const values = repeated([
      [700, 1],
      [300, 0],
    ]);
    // Different enough that each row is a group of its own, alike enough to give the same interval.
    const apart = values.map((value, i) => value + 1e-9 * i);
    const [byGroups, byRows] = [countedMean(values), countedMean(apart)];
    expect([byGroups.groups, byRows.groups]).toEqual([2, 1000]);
    const [a, b] = [bootstrapInterval(byGroups, resampling), bootstrapInterval(byRows, resampling)];
    expect(a?.low).toBeCloseTo(b?.low ?? NaN, 2);
    expect(a?.high).toBeCloseTo(b?.high ?? NaN, 2);
  });

  it('is a point where all rows are alike, and missing where there are none', () => {
    expect(bootstrapInterval(countedShare([true, true]), resampling)).toEqual({ low: 1, high: 1 });
    expect(bootstrapInterval(countedShare([]), resampling)).toBeUndefined();
  });
});

describe('a counted score', () => {
  it('of rows that count once each is the plain one', () => {
    const once = (groupOf: Int32Array, groups: number): number[] =>
      Array.from({ length: groups }, (_, g) => groupOf.filter((group) => group === g).length);
    const macro = countedMacroF1([0, 0, 0, 1, 2, 2], [0, 0, 1, 1, 0, 2], 3);
    expect(macro.score(once(macro.groupOf, macro.groups))).toBeCloseTo(2 / 3, 12);
    const perplexity = countedSums(
      [
        [Math.log(8), 3],
        [Math.log(4), 2],
      ],
      ([loss = 0, tokens = 1]) => Math.exp(loss / tokens),
    );
    expect(perplexity.score([1, 1])).toBeCloseTo(2, 12);
    expect(perplexity.score([2, 0])).toBeCloseTo(2, 12);
  });
});

describe('two prompts on one file', () => {
  it('differ by nothing where they answer alike', () => {
    const right = repeated([
      [30, true],
      [12, false],
    ]);
    const pair = paired(countedShare([...right, ...right]));
    expect(pairedInterval(pair, resampling)).toEqual({ low: 0, high: 0 });
    expect(randomisationTest(pair, resampling)).toBe(1);
  });

  it('differ by an interval that leaves out what does not differ', () => {
    // 100 rows that both get right, 20 that only a does, 5 that only b does.
    const a = repeated([
      [100, true],
      [20, true],
      [5, false],
    ]);
    const b = repeated([
      [100, true],
      [20, false],
      [5, true],
    ]);
    const interval = pairedInterval(paired(countedShare([...a, ...b])), resampling);
    const half = (1.96 * Math.sqrt(25 - 15 ** 2 / 125)) / 125;
    expect(interval?.low).toBeCloseTo(15 / 125 - half, 1.5);
    expect(interval?.high).toBeCloseTo(15 / 125 + half, 1.5);
  });

  it('have nearly the p-value of the exact test by approximate randomisation', () => {
    const a = repeated([
      [100, true],
      [20, true],
      [9, false],
    ]);
    const b = repeated([
      [100, true],
      [20, false],
      [9, true],
    ]);
    const p = randomisationTest(paired(countedShare([...a, ...b])), { seed: 3, resamples: 20_000 });
    expect(Math.abs(p - mcNemar(20, 9))).toBeLessThan(0.01);
  });
});

describe("McNemar's exact test", () => {
  // From sums of binomial coefficients in whole numbers.
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [0, 5, 0.0625],
    [20, 9, 0.06142834573984146],
    [7, 7, 1],
  ])('of %d and %d rows is %d', (onlyA, onlyB, p) => {
    expect(mcNemar(onlyA, onlyB)).toBeCloseTo(p, 12);
  });

  it('holds for more rows than 2^−n can be written for', () => {
    expect(mcNemar(1000, 1000)).toBe(1);
    expect(mcNemar(1100, 1000)).toBeCloseTo(0.030720707864242296, 9);
  });
});
