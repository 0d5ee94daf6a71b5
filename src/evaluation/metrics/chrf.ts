import { defined } from '../../common/assert.js';
import { ngrams, overlap, sizeOf, splitWords, type Counts } from './words.js';

/**
 * chrF2 (Popović 2015) as sacreBLEU computes it, with the signature case:mixed|eff:yes|nc:6|nw:0|space:no.
 * A corpus is the sum of its rows: for n = 1 … 6 the prediction's n-grams of characters, the reference's, and those in common. Of several
 * references the one with the highest score is taken.
 */
export function chrfStatistics(prediction: string, references: readonly string[]): number[] {
  const found = characterNgrams(prediction);
  const candidates = references.map((reference) =>
    characterNgrams(reference).flatMap((sought, i) => {
      const [own, all] = [defined(found[i], 'n-grams'), sizeOf(sought)];
      return [all > 0 ? sizeOf(own) : 0, all, overlap(own, sought)];
    }),
  );
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

/** Of code points without white space, for each n. */
function characterNgrams(text: string): Counts[] {
  const characters = [...splitWords(text).join('')];
  return Array.from({ length: order }, (_, i) => ngrams(characters, i + 1, ''));
}
