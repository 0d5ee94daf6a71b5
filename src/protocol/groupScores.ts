import type { MetricName } from './events.js';
import { isBetter } from './numbers.js';

/** Which groups have prompts of their own, and the column that says whose a row is. */
export interface Grouping {
  readonly column: string;
  /** Their names. */
  readonly groups: readonly string[];
}

/** What the rows of each group scored with its own prompt. */
export interface GroupScores {
  readonly column: string;
  readonly metric: MetricName;
  /** By name. */
  readonly scores: readonly GroupScore[];
  /** Rows that the bare model answered, as their group has no prompt. */
  readonly bareRows: number;
}
export interface GroupScore {
  readonly group: string;
  readonly rows: number;
  readonly value: number;
  /** Whether its group has no prompt. */
  readonly bare: boolean;
}

export const worstFirst = ({ metric, scores }: GroupScores): GroupScore[] =>
  scores.toSorted((a, b) => Number(isBetter(metric, a.value, b.value)) - Number(isBetter(metric, b.value, a.value)));
