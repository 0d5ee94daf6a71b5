import { describe, expect, it } from 'vitest';
import { summariseSweep, type SweepResult } from '../../src/protocol/sweepTable.js';
import { axisFields, isLogAxis, seriesOver } from '../../src/protocol/sweepSeries.js';
import { roundTicks } from '../../webview/sweep/roundTicks.js';

const fields = ['method.num_virtual_tokens', 'training.optimizer', 'training.seed'];
const result = (tokens: number, optimizer: string, seed: number, value?: number): SweepResult => ({
  name: `${tokens}-${optimizer}-${seed}`,
  values: { 'method.num_virtual_tokens': tokens, 'training.optimizer': optimizer, 'training.seed': seed },
  state: value === undefined ? 'waiting' : 'finished',
  ...(value !== undefined && { test: { metric: 'accuracy', value } }),
});
const results = [
  result(20, 'adamw', 1, 0.8),
  result(20, 'adamw', 2, 0.6),
  result(1, 'adamw', 1, 0.5),
  result(1, 'adamw', 2),
  result(20, 'adafactor', 1),
  result(20, 'adafactor', 2),
  { ...result(1, 'adafactor', 1, 0.4), baseline: { test: { metric: 'accuracy', value: 0.3 } } } as const,
  result(1, 'adafactor', 2, 0.4),
];

describe('a sweep’s rows', () => {
  it('put seeds together: their mean, and their deviation from two on; the best is the best mean', () => {
    const { rows, score, best } = summariseSweep({ fields, results });
    expect(score).toEqual({ split: 'test', metric: 'accuracy' });
    expect(rows.map(({ runs, scores }) => [runs, scores])).toEqual([
      [2, [0.8, 0.6]],
      [2, [0.5]],
      [2, []],
      [2, [0.4, 0.4]],
    ]);
    expect(rows[0]?.mean).toBeCloseTo(0.7, 12);
    expect(rows[0]?.deviation).toBeCloseTo(Math.sqrt(0.02), 12);
    expect(rows[1]).not.toHaveProperty('deviation');
    expect(best).toBe(0);
  });

  it('are all beside the bare model, which one run of the same data has scored', () => {
    expect(summariseSweep({ fields, results }).rows.map(({ baseline }) => baseline)).toEqual([0.3, 0.3, 0.3, 0.3]);
  });

  it('of perplexities have the lowest for the best', () => {
    const scored = results
      .slice(0, 4)
      .map((each, i): SweepResult => ({ ...each, state: 'finished', test: { metric: 'perplexity', value: 9 - i } }));
    expect(summariseSweep({ fields, results: scored }).best).toBe(1);
  });

  it('are compared on dev where a finished run has no test', () => {
    const dev = { metric: 'accuracy', value: 0.4 } as const;
    const untested: SweepResult = { ...result(20, 'adamw', 1), state: 'finished', dev };
    const { score, rows } = summariseSweep({ fields, results: [untested, { ...results[1]!, dev }] });
    expect([score?.split, rows[0]?.scores]).toEqual(['dev', [0.4, 0.4]]);
  });
});

describe('a sweep’s chart', () => {
  it('has an axis for each field with numbers, seeds apart', () => {
    expect(axisFields(summariseSweep({ fields, results }))).toEqual(['method.num_virtual_tokens']);
  });

  it('has a line for each combination of the other fields, by x, with a band of one deviation', () => {
    const [adamw, adafactor] = seriesOver(summariseSweep({ fields, results }), 'method.num_virtual_tokens');
    expect(adamw?.label).toBe('optimizer adamw');
    expect(adamw?.points.map(({ x }) => x)).toEqual([1, 20]);
    expect(adamw?.points[0]).toEqual({ x: 1, mean: 0.5, low: 0.5, high: 0.5 });
    expect(adamw?.points[1]?.high).toBeCloseTo(0.7 + Math.sqrt(0.02), 12);
    expect(adafactor).toEqual({
      label: 'optimizer adafactor',
      baseline: 0.3,
      points: [{ x: 1, mean: 0.4, low: 0.4, high: 0.4 }],
    });
  });

  it('has factors at even distances where its values span a power of ten', () => {
    expect(isLogAxis([1, 5, 20, 100])).toBe(true);
    expect(isLogAxis([0, 5, 20, 100])).toBe(false);
    expect(isLogAxis([1, 2, 3])).toBe(false);
  });

  it('has round numbers beside it', () => {
    expect(roundTicks(0.424, 0.916)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(roundTicks(0.481, 0.533)).toEqual([0.5, 0.52]);
    expect(roundTicks(7.1, 11.9)).toEqual([8, 9, 10, 11]);
  });
});
