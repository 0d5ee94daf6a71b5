import { countsOf, fMeasure, overlap, splitWords } from './words.js';

/** Exact match and token F1 as SQuAD 2.0's evaluation has them (Rajpurkar et al. 2018): the best of several references counts. */
export function exactMatch(prediction: string, references: readonly string[]): number {
  const words = normalised(prediction);
  return Number(references.some((reference) => normalised(reference) === words));
}

export function tokenF1(prediction: string, references: readonly string[]): number {
  return Math.max(...references.map((reference) => f1(prediction, reference)));
}

function f1(prediction: string, reference: string): number {
  const [predicted, expected] = [splitWords(normalised(prediction)), splitWords(normalised(reference))];
  if (predicted.length === 0 || expected.length === 0) return Number(predicted.length === expected.length);
  const common = overlap(countsOf(predicted), countsOf(expected));
  return fMeasure(common / predicted.length, common / expected.length);
}

/** Lower case, without ASCII's punctuation and English articles, one space between words. */
function normalised(text: string): string {
  const bare = text
    .toLowerCase()
    .replace(/[!-/:-@[-`{-~]/g, '')
    .replace(/(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu, ' ');
  return splitWords(bare).join(' ');
}
