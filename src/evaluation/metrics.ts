import { defined } from '../common/assert.js';
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

/**
 * Accuracy, macro-F1 and confusion matrix for labels; perplexity, exp of the mean loss, for free text.
 * Macro-F1 is the mean over all labels of 2·TP / (2·TP + FP + FN), 0 where a label neither stands nor is predicted, as scikit-learn has it.
 */
export function metricsOf(scored: readonly Scored[], labels: readonly string[] | undefined): Metrics {
  if (!labels) return { n: scored.length, perplexity: Math.exp(meanLoss(scored)) };
  const confusion = labels.map(() => labels.map(() => 0));
  for (const { scores, expected } of scored) {
    const row = defined(confusion[expected], 'a label');
    const column = predicted(scores);
    row[column] = defined(row[column], 'a label') + 1;
  }
  const at = (i: number, j: number): number => confusion[i]?.[j] ?? 0;
  const f1 = labels.map((_, k) => {
    const stands = labels.reduce((n, _label, j) => n + at(k, j), 0);
    const predictions = labels.reduce((n, _label, i) => n + at(i, k), 0);
    return stands + predictions === 0 ? 0 : (2 * at(k, k)) / (stands + predictions);
  });
  const right = labels.reduce((n, _, k) => n + at(k, k), 0);
  return {
    n: scored.length,
    accuracy: right / scored.length,
    macroF1: f1.reduce((a, b) => a + b, 0) / labels.length,
    labels,
    confusion,
  };
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
