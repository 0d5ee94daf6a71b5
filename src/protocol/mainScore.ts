import type { MetricName, Metrics } from './events.js';

/** The metric that a result is known by. */
export interface MainScore {
  readonly metric: MetricName;
  readonly value: number;
}

/** Accuracy of labels, perplexity of free text; undefined where no row was scored. */
export function mainScore({ accuracy, perplexity }: Metrics): MainScore | undefined {
  if (accuracy !== undefined) return { metric: 'accuracy', value: accuracy };
  return perplexity === undefined ? undefined : { metric: 'perplexity', value: perplexity };
}
