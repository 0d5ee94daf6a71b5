import type { ResolvedTask } from '../data/columns.js';
import type { Grouping, GroupScore, GroupScores } from '../protocol/groupScores.js';
import { mainMetric, metricsOf, type Scored } from './metrics.js';

/** `groups` says whose each scored row is. */
export function groupScores(
  { column, groups: trained }: Grouping,
  groups: readonly string[],
  scored: readonly Scored[],
  { labels }: Pick<ResolvedTask, 'labels'>,
): GroupScores {
  const known = new Set(trained);
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
