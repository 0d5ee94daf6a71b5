import type { Metrics } from '../../protocol/events.js';
import { countedMean, countedSums, type CountedScore } from '../statistics/countedScore.js';
import { bleuOf, bleuStatistics } from './bleu.js';
import { chrfOf, chrfStatistics } from './chrf.js';
import { rouge } from './rouge.js';
import { exactMatch, tokenF1 } from './squad.js';

export const textMetricNames = ['exactMatch', 'tokenF1', 'bleu', 'rouge1', 'rouge2', 'rougeL', 'chrf'] as const;
export type TextMetricName = (typeof textMetricNames)[number];

/** What is known of a generated text: the score of each metric that is a mean over rows, and what the others sum up. */
export interface TextScores {
  readonly exactMatch: number;
  readonly tokenF1: number;
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
  readonly bleuStatistics: readonly number[];
  readonly chrfStatistics: readonly number[];
}

export function textScores(prediction: string, references: readonly string[]): TextScores {
  return {
    exactMatch: exactMatch(prediction, references),
    tokenF1: tokenF1(prediction, references),
    ...rouge(prediction, references),
    bleuStatistics: bleuStatistics(prediction, references),
    chrfStatistics: chrfStatistics(prediction, references),
  };
}

/** A metric of generated texts, ready to be resampled. */
export function countedText(metric: TextMetricName, rows: readonly TextScores[]): CountedScore {
  if (metric === 'bleu')
    return countedSums(
      rows.map((row) => row.bleuStatistics),
      bleuOf,
    );
  if (metric === 'chrf')
    return countedSums(
      rows.map((row) => row.chrfStatistics),
      chrfOf,
    );
  return countedMean(rows.map((row) => row[metric]));
}

/** Every metric of generated texts; none where there are no rows. */
export function textMetrics(rows: readonly TextScores[]): Pick<Metrics, TextMetricName> {
  if (rows.length === 0) return {};
  const summed = (statistics: (row: TextScores) => readonly number[]): number[] =>
    rows.map(statistics).reduce<number[]>((sums, row) => row.map((x, i) => x + (sums[i] ?? 0)), []);
  const mean = (metric: Exclude<TextMetricName, 'bleu' | 'chrf'>): number =>
    rows.reduce((sum, row) => sum + row[metric], 0) / rows.length;
  return {
    exactMatch: mean('exactMatch'),
    tokenF1: mean('tokenF1'),
    bleu: bleuOf(summed((row) => row.bleuStatistics)),
    rouge1: mean('rouge1'),
    rouge2: mean('rouge2'),
    rougeL: mean('rougeL'),
    chrf: chrfOf(summed((row) => row.chrfStatistics)),
  };
}
