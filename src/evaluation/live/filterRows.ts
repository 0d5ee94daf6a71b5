import type { RowDetail, RowFilter } from '../../protocol/evaluation.js';
import { predicted } from '../metrics.js';
import type { Snapshot } from './textLedger.js';
import { rowDetail } from './verdicts.js';

/** The rows that a list shows, by their numbers. */
export function filterRows({ rows, verdicts, outcomes }: Snapshot, filter: RowFilter): number[] {
  const passes = (row: number): boolean => {
    const verdict = verdicts[row];
    switch (filter.kind) {
      case 'all':
        return true;
      case 'wrong':
        return verdict !== undefined && !verdict.problem && !verdict.right;
      case 'problems':
        return verdict?.problem !== undefined;
      case 'disagreed': {
        const outcome = outcomes.get(rows[row]?.key ?? '');
        return outcome !== undefined && 'scores' in outcome && new Set(outcome.scores.map(predicted)).size > 1;
      }
      case 'cell':
        return !verdict?.problem && verdict?.expected === filter.expected && verdict.predicted === filter.predicted;
    }
  };
  return [...rows.keys()].filter(passes);
}

/** Rows with all that is known of them. */
export function detailRows({ rows, verdicts, outcomes, reading }: Snapshot, numbers: readonly number[]): RowDetail[] {
  const labels = Object.keys(reading.task.labels ?? {});
  return numbers.flatMap((number) => {
    const row = rows[number];
    if (!row) return [];
    const verdict = verdicts[number];
    if (verdict) return [rowDetail(row, verdict, outcomes.get(row.key), reading)];
    const example = 'example' in row.content ? row.content.example : undefined;
    const expected = labels[example?.label ?? -1] ?? example?.target ?? '';
    const nothing = { row: number, expected, predicted: '', right: false, probability: 0 };
    return [{ ...rowDetail(row, nothing, undefined, reading), pending: true }];
  });
}
