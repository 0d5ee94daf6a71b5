import * as l10n from '@vscode/l10n';
import { distanceText, metricName, metricText, wholeNumber } from '../protocol/numbers.js';
import { meanText } from '../protocol/sweepTable.js';
import { summariseTransfer } from '../protocol/transferTable.js';
import type { TransferReport } from './content.js';
import { html, type Markup, type Part } from './markup.js';
import { table } from './table.js';

/** Prompts at home and on data sets that they were not trained on. */
export function transferSection({ table: told }: TransferReport): Markup {
  const { name, metric } = told;
  const text = (value: number | undefined): string => (value === undefined ? '–' : metricText(metric, value));
  const rows = summariseTransfer(told).map((row): Part[] => {
    const { source, set, isInDomain, rows: count, prompts, scores, baseline, mean, deviation, inDomainMean } = row;
    return [
      source,
      isInDomain ? l10n.t('{set} (in-domain)', { set }) : set,
      count === undefined ? '–' : wholeNumber(count),
      `${scores.length}/${prompts}`,
      text(baseline),
      meanText(metric, mean, deviation),
      mean === undefined || inDomainMean === undefined ? '' : distanceText(metric, mean, inDomainMean),
    ];
  });
  return html`<article class="run" aria-labelledby="transfer-${name}">
    <h2 id="transfer-${name}">${l10n.t('Transfer {name}', { name })}</h2>
    ${table({
      label: l10n.t('Transfer {name}', { name }),
      head: [
        l10n.t('trained on'),
        l10n.t('evaluated on'),
        l10n.t('rows'),
        l10n.t('prompts'),
        l10n.t('no prompt'),
        metricName(metric),
        l10n.t('difference from in-domain'),
      ],
      rows,
      numbers: [2, 3, 4, 5, 6],
    })}
  </article>`;
}
