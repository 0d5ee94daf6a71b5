import { expect, it } from 'vitest';
import { calibrationOf, entropy } from '../../../src/evaluation/statistics/uncertainty.js';

it('weighs the distance between confidence and accuracy of each bin with its rows', () => {
  const calibration = calibrationOf([0.95, 0.85, 0.9, 0.55], [true, true, false, false]);
  expect(calibration.bins).toEqual([
    { low: 0.5, high: 0.6, n: 1, confidence: 0.55, accuracy: 0 },
    { low: 0.8, high: 0.9, n: 2, confidence: 0.875, accuracy: 0.5 },
    { low: 0.9, high: 1, n: 1, confidence: 0.95, accuracy: 1 },
  ]);
  expect(calibration.error).toBeCloseTo((0.55 + 2 * 0.375 + 0.05) / 4, 12);
});

it('has no error where there are no rows, and puts 0 and 1 into the outer bins', () => {
  expect(calibrationOf([], [])).toEqual({ error: 0, bins: [] });
  expect(calibrationOf([0, 1], [false, true]).bins.map(({ low }) => low)).toEqual([0, 0.9]);
});

it('measures entropy in nats', () => {
  expect(entropy([0.5, 0.5, 0])).toBeCloseTo(Math.LN2, 12);
  expect(entropy([1, 0])).toBe(0);
});
