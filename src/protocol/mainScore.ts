import type { MetricName, Metrics } from './events.js';

/** The metric that a result is known by. */
export interface MainScore {
  readonly metric: MetricName;
  readonly value: number;
}

/** Accuracy of labels; of generated texts what answers are judged by; perplexity where only the target's probability is known. */
const order: readonly MetricName[] = ['accuracy', 'exactMatch', 'rougeL', 'bleu', 'chrf', 'perplexity'];

/** Undefined where no row was scored. */
export function mainScore(metrics: Metrics): MainScore | undefined {
  for (const metric of order) {
    const value = metrics[metric];
    if (value !== undefined) return { metric, value };
  }
  return undefined;
}
