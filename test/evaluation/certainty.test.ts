import { describe, expect, it } from 'vitest';
import { certaintyOf, compareScored } from '../../src/evaluation/certainty.js';
import type { Scored } from '../../src/evaluation/metrics.js';
import { rankedScores } from '../../src/evaluation/ranking.js';

/** A row that is answered with this probability for the right one of two labels. */
const answered = (probability: number): Scored => ({
  scores: [Math.log(probability), Math.log(1 - probability)],
  expected: 0,
  targetTokens: 1,
});
const rows = (...groups: [count: number, probability: number][]): Scored[] =>
  groups.flatMap(([count, probability]) => Array.from({ length: count }, () => answered(probability)));

describe('certaintyOf', () => {
  it('gives labels an interval of their accuracy and a calibration', () => {
    const { interval, calibration } = certaintyOf(rows([75, 0.85], [25, 0.15]), true);
    expect(interval?.low).toBeGreaterThan(0.64);
    expect(interval?.high).toBeLessThan(0.86);
    // 85 % sure, and right in 75 of 100.
    expect(calibration?.error).toBeCloseTo(0.1, 12);
  });

  it('gives free text an interval of its perplexity', () => {
    const free = [2, 4].map((p): Scored => ({ scores: [-2 * Math.log(p)], expected: 0, targetTokens: 2 }));
    const { interval, calibration } = certaintyOf(free, false);
    expect(interval?.low).toBeCloseTo(2, 12);
    expect(interval?.high).toBeCloseTo(4, 12);
    expect(calibration).toBeUndefined();
  });

  it('says nothing of no rows', () => {
    expect(certaintyOf([], true)).toEqual({ calibration: { error: 0, bins: [] } });
  });
});

describe('compareScored', () => {
  it('compares labels by accuracy and the exact test', () => {
    const a = rows([80, 0.9], [6, 0.8], [0, 0.1], [14, 0.1]);
    const b = rows([80, 0.9], [6, 0.2], [0, 0.9], [14, 0.1]);
    const comparison = compareScored(a, b, true);
    expect(comparison).toMatchObject({ metric: 'accuracy', test: 'mcNemar' });
    expect(comparison.pValue).toBeCloseTo(2 / 2 ** 6, 12);
    expect(comparison.difference).toBeCloseTo(0.06, 12);
    expect(comparison.interval.low).toBeGreaterThan(0);
    expect(compareScored(b, a, true).difference).toBeCloseTo(-0.06, 12);
  });

  it('compares free text by perplexity and randomisation', () => {
    const free = (loss: number): Scored[] =>
      Array.from({ length: 12 }, (_, i) => ({ scores: [-loss - 0.01 * i], expected: 0, targetTokens: 1 }));
    const comparison = compareScored(free(1), free(1.5), false);
    expect(comparison).toMatchObject({ metric: 'perplexity', test: 'randomisation' });
    expect(comparison.difference).toBeLessThan(0);
    expect(comparison.interval.high).toBeLessThan(0);
    expect(comparison.pValue).toBeLessThan(0.01);
  });
});

describe('ranking', () => {
  it('by the mean does not make a label lose for having more tokens', () => {
    const tokens = [[1], [2, 3, 4]];
    expect(rankedScores([-2, -3], tokens, 'sum')).toEqual([-2, -3]);
    expect(rankedScores([-2, -3], tokens, 'mean')).toEqual([-2, -1]);
  });
});
