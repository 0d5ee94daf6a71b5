import { defined } from '../common/assert.js';
import type { Ranking } from '../protocol/recipe.js';

/** What labels are ranked by, of their log-probabilities and tokens: `mean` does not prefer the label with the fewest tokens. */
export function rankedScores(
  logProbabilities: readonly number[],
  tokens: readonly (readonly number[])[],
  ranking: Ranking,
): readonly number[] {
  return ranking === 'sum'
    ? logProbabilities
    : logProbabilities.map((score, label) => score / defined(tokens[label], 'a label').length);
}
