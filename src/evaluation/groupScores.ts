import type { ResolvedTask } from '../data/columns.js';
import type { MetricName } from '../protocol/events.js';
import type { GroupSet } from '../store/groupSet.js';
import { mainMetric, metricsOf, type Scored } from './metrics.js';

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

/** `groups` says whose each scored row is. */
export function groupScores(
  { column, groups: trained }: Pick<GroupSet, 'column' | 'groups'>,
  groups: readonly string[],
  scored: readonly Scored[],
  { labels }: Pick<ResolvedTask, 'labels'>,
): GroupScores {
  const known = new Set(trained.map(({ group }) => group));
  const rows = new Map<string, Scored[]>();
  scored.forEach((row, i) => {
    const group = groups[i] ?? '';
    const own = rows.get(group);
    if (own) own.push(row);
    else rows.set(group, [row]);
  });
  const names = labels && Object.keys(labels);
  const scores = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, own]): GroupScore => {
      const { value } = mainMetric(metricsOf(own, names));
      return { group, rows: own.length, value, bare: !known.has(group) };
    });
  return {
    column,
    metric: names ? 'accuracy' : 'perplexity',
    scores,
    bareRows: scores.reduce((sum, { rows: count, bare }) => sum + (bare ? count : 0), 0),
  };
}
