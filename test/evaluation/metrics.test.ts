import { describe, expect, it } from 'vitest';
import {
  candidateProbabilities,
  isBetter,
  mainMetric,
  meanLoss,
  metricsOf,
  predicted,
  type Scored,
} from '../../src/evaluation/metrics.js';

/** An example whose prediction is `prediction` among three labels. */
const scored = (expected: number, prediction: number): Scored => ({
  scores: [0, 1, 2].map((label) => (label === prediction ? -0.5 : -2)),
  expected,
  targetTokens: 1,
});
const labels = ['cat', 'dog', 'owl'];

describe('metricsOf with labels', () => {
  it('gives accuracy, macro-F1 and the confusion matrix, expected labels in rows', () => {
    const metrics = metricsOf(
      [scored(0, 0), scored(0, 0), scored(0, 1), scored(1, 1), scored(2, 0), scored(2, 2)],
      labels,
    );
    expect(metrics).toMatchObject({
      n: 6,
      labels,
      confusion: [
        [2, 1, 0],
        [0, 1, 0],
        [1, 0, 1],
      ],
    });
    expect(metrics.accuracy).toBeCloseTo(4 / 6, 12);
    // F1: cat 2·2/(3+3), dog 2·1/(1+2), owl 2·1/(2+1).
    expect(metrics.macroF1).toBeCloseTo(2 / 3, 12);
  });

  it('counts a label that is neither there nor predicted as an F1 of 0', () => {
    expect(metricsOf([scored(0, 0), scored(1, 1)], labels)).toMatchObject({ accuracy: 1, macroF1: 2 / 3 });
  });

  it('scores one label predicted for all as a third of its F1', () => {
    const metrics = metricsOf([scored(0, 0), scored(1, 0), scored(2, 0), scored(2, 0)], labels);
    expect(metrics.accuracy).toBe(0.25);
    expect(metrics.macroF1).toBeCloseTo((2 * 1) / (1 + 4) / 3, 12);
  });
});

describe('metricsOf without labels', () => {
  it('gives the perplexity of all target tokens together', () => {
    const rows = [
      { scores: [-Math.log(8)], expected: 0, targetTokens: 3 },
      { scores: [-Math.log(4)], expected: 0, targetTokens: 2 },
    ];
    const metrics = metricsOf(rows, undefined);
    expect(metrics.n).toBe(2);
    expect(metrics.perplexity).toBeCloseTo(2, 12);
    expect(metrics).not.toHaveProperty('accuracy');
  });
});

describe('meanLoss', () => {
  it('is that of the right targets, a token each', () => {
    const rows = [
      { scores: [-1, -6], expected: 1, targetTokens: 2 },
      { scores: [-3, -9], expected: 0, targetTokens: 1 },
    ];
    expect(meanLoss(rows)).toBe(3);
  });
});

describe('predicted', () => {
  it('is the highest score, the first of equal ones', () => {
    expect(predicted([-3, -1, -2])).toBe(1);
    expect(predicted([-2, -1, -1])).toBe(1);
  });
});

describe('candidateProbabilities', () => {
  it('are a softmax, also of scores whose exponentials are 0', () => {
    const [low, high] = candidateProbabilities([-1000 - Math.log(3), -1000]);
    expect(low).toBeCloseTo(0.25, 12);
    expect(high).toBeCloseTo(0.75, 12);
  });
});

describe('the best evaluation', () => {
  it('is chosen by accuracy where there is one, else by perplexity', () => {
    expect(mainMetric({ n: 1, accuracy: 0.5, perplexity: 3 })).toEqual({ metric: 'accuracy', value: 0.5 });
    expect(mainMetric({ n: 1, perplexity: 3 })).toEqual({ metric: 'perplexity', value: 3 });
  });

  it('has the higher accuracy, whatever the loss', () => {
    const low = { metric: 'accuracy', value: 0.8, loss: 0.1 } as const;
    const high = { metric: 'accuracy', value: 0.9, loss: 5 } as const;
    expect([isBetter(high, low), isBetter(low, high)]).toEqual([true, false]);
  });

  it('has the lower perplexity', () => {
    const low = { metric: 'perplexity', value: 8, loss: 2.1 } as const;
    const high = { metric: 'perplexity', value: 9, loss: 2.2 } as const;
    expect([isBetter(low, high), isBetter(high, low)]).toEqual([true, false]);
  });

  it('has the lower loss where the metric is equal, and is the earlier one where both are', () => {
    const one = { metric: 'accuracy', value: 0.8, loss: 0.5 } as const;
    expect(isBetter({ ...one, loss: 0.4 }, one)).toBe(true);
    expect(isBetter({ ...one, loss: 0.6 }, one)).toBe(false);
    expect(isBetter(one, one)).toBe(false);
    expect(isBetter(one, undefined)).toBe(true);
  });
});
