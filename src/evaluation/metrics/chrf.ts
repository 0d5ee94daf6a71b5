import { defined } from '../../common/assert.js';
import { ngrams, overlap, sizeOf, splitWords } from './words.js';

/**
 * chrF2 (Popović 2015) as sacreBLEU computes it, with the signature case:mixed|eff:yes|nc:6|nw:0|space:no.
 * A corpus is the sum of its rows: for n = 1 … 6 the prediction's n-grams of characters, the reference's, and those in common. Of several
 * references the one with the highest score is taken.
 */
export function chrfStatistics(prediction: string, references: readonly string[]): number[] {
  const predicted = characters(prediction);
  const candidates = references.map((reference) => {
    const expected = characters(reference);
    return Array.from({ length: order }, (_, i) => {
      const [found, sought] = [ngrams(predicted, i + 1, ''), ngrams(expected, i + 1, '')];
      const all = sizeOf(sought);
      return [all > 0 ? sizeOf(found) : 0, all, overlap(found, sought)];
    }).flat();
  });
  return candidates.reduce((best, other) => (chrfOf(other) > chrfOf(best) ? other : best));
}

/** chrF2 between 0 and 1 of summed statistics: precision and recall are means over the orders that both sides have. */
export function chrfOf(statistics: readonly number[]): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let i = 0; i < 3 * order; i += 3) {
    const [found, sought, common] = [0, 1, 2].map((j) => defined(statistics[i + j], 'a count'));
    if (!found || !sought || common === undefined) continue;
    precision += common / found;
    recall += common / sought;
    orders++;
  }
  if (precision + recall === 0) return 0;
  precision /= orders;
  recall /= orders;
  return ((1 + betaSquared) * precision * recall) / (betaSquared * precision + recall);
}

const order = 6;
/** Recall counts twice as much as precision. */
const betaSquared = 4;

/** Code points without white space. */
const characters = (text: string): string[] => [...splitWords(text).join('')];
