import * as l10n from '@vscode/l10n';
import type { MetricName } from '../protocol/events.js';
import { distanceText, metricName, metricText, wholeNumber } from '../protocol/numbers.js';
import { meanText } from '../protocol/sweepTable.js';
import { summariseTransfer, type TransferScore, type TransferTable } from '../protocol/transferTable.js';
import { columnLines, styled, type Screen } from './terminal.js';

/** qqp-seed-1 on mrpc: accuracy 68.4 % */
export function scoreLine({ prompt, set, metrics }: TransferScore, metric: MetricName): string {
  const value = metrics[metric];
  return l10n.t('{prompt} on {set}: {metric} {value}', {
    prompt,
    set,
    metric: metricName(metric),
    value: value === undefined ? '–' : metricText(metric, value),
  });
}

/** Each source at home and elsewhere, its prompts together. */
export function transferLines(table: TransferTable, screen: Screen): string[] {
  const { metric, sources } = table;
  const rows = summariseTransfer(table);
  const isCompared = rows.some(({ baseline }) => baseline !== undefined);
  const text = (value: number | undefined): string => (value === undefined ? '–' : metricText(metric, value));
  const [head = '', ...body] = columnLines([
    [
      l10n.t('trained on'),
      l10n.t('evaluated on'),
      l10n.t('rows'),
      l10n.t('prompts'),
      ...(isCompared ? [l10n.t('no prompt')] : []),
      metricName(metric),
      l10n.t('difference from in-domain'),
    ],
    ...rows.map(
      ({ source, set, isInDomain, rows: count, scores, prompts, baseline, mean, deviation, inDomainMean }) => [
        source,
        isInDomain ? l10n.t('{set} (in-domain)', { set }) : set,
        count === undefined ? '–' : wholeNumber(count),
        scores.length === prompts ? String(prompts) : `${scores.length}/${prompts}`,
        ...(isCompared ? [text(baseline)] : []),
        meanText(metric, mean, deviation),
        mean === undefined || inDomainMean === undefined ? '' : distanceText(metric, mean, inDomainMean),
      ],
    ),
  ]);
  const homeless = sources.filter(({ inDomain }) => inDomain === undefined).map(({ name }) => name);
  return [
    styled(screen, 'bold', head),
    ...body,
    ...(homeless.length === 0
      ? []
      : [
          '',
          l10n.t('Without test rows of its own, there is nothing to compare with: {names}', {
            names: homeless.join(', '),
          }),
        ]),
  ];
}
