import { defined } from '../common/assert.js';
import type { VoteRule } from '../protocol/evaluation.js';
import { predicted } from './metrics.js';

/** What the members of an ensemble say together of one row. */
export interface Vote {
  /** Index of the label. */
  readonly predicted: number;
  /** Of every label: the members' mean; for `weighted`, their weighted mean. */
  readonly probabilities: readonly number[];
}

/**
 * probabilities: [member][label]; weights: [member], not below 0.
 * majority: the label that most members rank first (Lester et al. 2021 §6); of equally many, the one with the highest mean probability.
 * mean and weighted: the label with the highest (weighted) mean probability.
 */
export function voteOf(
  rule: VoteRule,
  probabilities: readonly (readonly number[])[],
  weights: readonly number[],
): Vote {
  if (rule === 'weighted') {
    const mean = weightedMean(probabilities, weights.some((w) => w > 0) ? weights : probabilities.map(() => 1));
    return { predicted: predicted(mean), probabilities: mean };
  }
  const mean = weightedMean(
    probabilities,
    probabilities.map(() => 1),
  );
  if (rule === 'mean') return { predicted: predicted(mean), probabilities: mean };
  const votes = mean.map(() => 0);
  for (const member of probabilities) {
    const choice = predicted(member);
    votes[choice] = defined(votes[choice], 'a label') + 1;
  }
  const most = Math.max(...votes);
  // A probability is at most 1: whole votes count before it.
  return { predicted: predicted(mean.map((p, label) => (votes[label] === most ? 1 + p : p))), probabilities: mean };
}

export function weightedMean(rows: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const [first = []] = rows;
  return first.map(
    (_, label) =>
      rows.reduce((total, row, m) => total + defined(weights[m], 'a weight') * defined(row[label], 'a label'), 0) / sum,
  );
}
