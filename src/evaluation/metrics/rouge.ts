import { defined } from '../../common/assert.js';
import { fMeasure, ngrams, overlap, sizeOf } from './words.js';

/**
 * F-measures of ROUGE (Lin 2004) as `RougeScorer(…, use_stemmer=False)` of google-research's rouge_score gives them; of several references the
 * highest counts.
 */
export interface Rouge {
  readonly rouge1: number;
  readonly rouge2: number;
  /** By the longest common subsequence of the whole texts. */
  readonly rougeL: number;
}

export function rouge(prediction: string, references: readonly string[]): Rouge {
  const predicted = tokens(prediction);
  const expected = references.map(tokens);
  const best = (score: (reference: readonly string[]) => number): number => Math.max(...expected.map(score));
  return {
    rouge1: best((reference) => byNgrams(predicted, reference, 1)),
    rouge2: best((reference) => byNgrams(predicted, reference, 2)),
    rougeL: best((reference) => bySubsequence(predicted, reference)),
  };
}

/** Runs of ASCII's letters and digits, in lower case. */
const tokens = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function byNgrams(predicted: readonly string[], expected: readonly string[], n: number): number {
  const [found, sought] = [ngrams(predicted, n, ' '), ngrams(expected, n, ' ')];
  const common = overlap(found, sought);
  return fMeasure(common / Math.max(1, sizeOf(found)), common / Math.max(1, sizeOf(sought)));
}

function bySubsequence(predicted: readonly string[], expected: readonly string[]): number {
  if (predicted.length === 0 || expected.length === 0) return 0;
  const common = longestCommonSubsequence(predicted, expected);
  return fMeasure(common / predicted.length, common / expected.length);
}

/** Its length, by the table of all pairs of beginnings, of which two lines are kept. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const word of a) {
    const line = new Uint32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      line[j] = word === b[j - 1] ? (above[j - 1] as number) + 1 : Math.max(above[j] as number, line[j - 1] as number);
    above = line;
  }
  return defined(above[b.length], 'a length');
}
