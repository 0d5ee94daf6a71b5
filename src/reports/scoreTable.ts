import * as l10n from '@vscode/l10n';
import { metricNames, type EventOf } from '../protocol/events.js';
import { distanceText, metricName, metricText, shortNumber, wholeNumber } from '../protocol/numbers.js';
import { splitScore } from '../protocol/splitScore.js';
import type { Markup, Part } from './markup.js';
import { table } from './table.js';

/** Every score of the best step, beside the bare model's; nothing where no row was scored. */
export function scoreTable(evaluations: readonly EventOf<'evaluation'>[], id: string): Markup | undefined {
  const rows = (['dev', 'test'] as const).flatMap((split): Part[][] => {
    const scored = splitScore(evaluations, split);
    if (!scored) return [];
    const { prompt, baseline } = scored;
    const of = l10n.t('{split}, {rows} rows', { split, rows: wholeNumber(prompt.metrics.n) });
    const metrics = metricNames.flatMap((metric): Part[][] => {
      const [value, other] = [prompt.metrics[metric], baseline?.metrics[metric]];
      if (value === undefined) return [];
      return [
        [
          `${of}: ${metricName(metric)}`,
          other === undefined ? '–' : metricText(metric, other),
          metricText(metric, value),
          other === undefined ? '' : distanceText(metric, value, other),
        ],
      ];
    });
    const loss = [
      `${of}: ${l10n.t('loss')}`,
      baseline ? shortNumber(baseline.loss) : '–',
      shortNumber(prompt.loss),
      '',
    ];
    return [...metrics, loss];
  });
  if (rows.length === 0) return undefined;
  return table({
    label: `${l10n.t('Scores')}, ${id}`,
    head: [l10n.t('Score'), l10n.t('no prompt'), l10n.t('prompt'), l10n.t('difference')],
    rows,
    numbers: [1, 2, 3],
  });
}
