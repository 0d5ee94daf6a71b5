import { defined } from '../../common/assert.js';
import { ngrams, overlap, sizeOf, splitWords, trimmedEnd, type Counts } from './words.js';

/**
 * BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018) with the signature case:mixed|eff:no|tok:13a|smooth:exp.
 * A corpus is the sum of its rows: length of the prediction, length of the reference nearest to it, then for n = 1 … 4 the n-grams that are
 * right, and for n = 1 … 4 all of the prediction's.
 */
export function bleuStatistics(prediction: string, references: readonly string[]): number[] {
  const predicted = tokens(prediction);
  const expected = references.map(tokens);
  const right: number[] = [];
  const all: number[] = [];
  for (let n = 1; n <= order; n++) {
    const found = ngrams(predicted, n, ' ');
    right.push(overlap(found, mostOf(expected.map((reference) => ngrams(reference, n, ' ')))));
    all.push(sizeOf(found));
  }
  return [predicted.length, nearest(predicted.length, expected), ...right, ...all];
}

/** BLEU between 0 and 1 of summed statistics. An n-gram order without a hit has precision 1 / (2^k · n-grams), in the k-th such order. */
export function bleuOf(statistics: readonly number[]): number {
  const [length = 0, referenceLength = 0] = statistics;
  const right = statistics.slice(2, 2 + order);
  const all = statistics.slice(2 + order);
  if (right.every((count) => count === 0) || all.some((count) => count === 0)) return 0;
  let misses = 1;
  const logs = right.map((count, i) => {
    const whole = defined(all[i], 'n-grams');
    return Math.log(count > 0 ? count / whole : 1 / ((misses *= 2) * whole));
  });
  const brevity = Math.min(0, 1 - referenceLength / length);
  return Math.exp(brevity + logs.reduce((a, b) => a + b, 0) / order);
}

const order = 4;

/** The tokenizer 13a, that of NIST's mteval-v13a: punctuation stands apart, but for points and commas within numbers. */
function tokens(text: string): string[] {
  const line = trimmedEnd(text)
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return splitWords(
    ` ${line} `
      .replace(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
      .replace(/([^0-9])([.,])/gu, '$1 $2 ')
      .replace(/([.,])([^0-9])/gu, ' $1 $2')
      .replace(/([0-9])(-)/gu, '$1 $2 '),
  );
}

/** Of each n-gram the most that one reference has. */
function mostOf(references: readonly Counts[]): Counts {
  const most = new Map<string, number>();
  for (const counts of references)
    for (const [ngram, count] of counts) most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
  return most;
}

/** The reference length nearest to the prediction's, the shorter of two. */
function nearest(length: number, references: readonly (readonly string[])[]): number {
  return references
    .map((reference) => reference.length)
    .reduce((best, other) => {
      const [near, far] = [Math.abs(other - length), Math.abs(best - length)];
      return near < far || (near === far && other < best) ? other : best;
    });
}
