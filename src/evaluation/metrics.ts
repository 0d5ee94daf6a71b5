import { defined } from '../common/assert.js';
import { labelMetrics } from './metrics/labelMetrics.js';
import type { MetricName, Metrics } from '../protocol/events.js';

/** A scored example: log-probabilities of its candidates, the index of the right one, and how many tokens that one has. */
export interface Scored {
  readonly scores: readonly number[];
  readonly expected: number;
  readonly targetTokens: number;
}

/** The index of the highest score, the first of equal ones. */
export const predicted = (scores: readonly number[]): number => scores.indexOf(Math.max(...scores));

/** Probabilities of the candidates among themselves: a softmax over their scores. */
export function candidateProbabilities(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const weights = scores.map((s) => Math.exp(s - highest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

/** Mean −log p of the right targets, in nats a token: what training lowers. */
export function meanLoss(scored: readonly Scored[]): number {
  const tokens = scored.reduce((n, s) => n + s.targetTokens, 0);
  return scored.reduce((sum, s) => sum - defined(s.scores[s.expected], 'a score'), 0) / tokens;
}

/** What can be said without generating: of labels what `labelMetrics` says; of free text the perplexity, exp of the mean loss. */
export function metricsOf(scored: readonly Scored[], labels: readonly string[] | undefined): Metrics {
  if (!labels) return { n: scored.length, perplexity: Math.exp(meanLoss(scored)) };
  return labelMetrics(
    scored.map((s) => s.expected),
    scored.map((s) => predicted(s.scores)),
    labels,
  );
}

/** The metric that chooses the best step. */
export function mainMetric(metrics: Metrics): { metric: MetricName; value: number } {
  return metrics.accuracy !== undefined
    ? { metric: 'accuracy', value: metrics.accuracy }
    : { metric: 'perplexity', value: defined(metrics.perplexity, 'perplexity') };
}

/** Whether `a` is better than `b`: by the metric, then by the loss. */
export function isBetter(a: Standing, b: Standing | undefined): boolean {
  if (!b) return true;
  if (a.value !== b.value) return a.metric === 'perplexity' ? a.value < b.value : a.value > b.value;
  return a.loss < b.loss;
}
export interface Standing {
  readonly metric: MetricName;
  readonly value: number;
  readonly loss: number;
}
