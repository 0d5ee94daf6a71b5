import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { MetricName } from '../../../src/protocol/events.js';
import { metricName, metricText } from '../../../src/protocol/numbers.js';
import {
  fieldNames,
  spreadText,
  valueText,
  type SweepRow,
  type SweepSummary,
} from '../../../src/protocol/sweepTable.js';

/** A line for each combination, its seeds together; the best is marked by a word as well. */
export function sweepRows({ fields, score, rows, best }: SweepSummary): TemplateResult {
  const isCompared = score !== undefined && rows.some(({ baseline }) => baseline !== undefined);
  return html`<section class="card">
    <h2>
      ${l10n.t('Combinations')}
      <span class="facts">${score ? `${metricName(score.metric)}, ${score.split}` : nothing}</span>
    </h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Combinations')}>
      <table>
        <thead>
          <tr>
            ${fieldNames(fields).map((name) => html`<th scope="col">${name}</th>`)}
            <th scope="col" class="number">${l10n.t('Runs')}</th>
            <th scope="col" class="number">${l10n.t('Mean')}</th>
            <th scope="col" class="number">${l10n.t('Deviation')}</th>
            ${isCompared ? html`<th scope="col" class="number">${l10n.t('No prompt')}</th>` : nothing}
            <th scope="col"><span class="visually-hidden">${l10n.t('Best')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((row, i) => {
            const isBest = i === best && rows.length > 1;
            return html`<tr class=${isBest ? 'best' : ''}>
              ${fields.map((field) => html`<td>${valueText(row.values[field])}</td>`)}
              <td class="number">${row.scores.length}/${row.runs}</td>
              ${scoreCells(row, score?.metric)}
              ${isCompared ? html`<td class="number">${shown(row.baseline, score.metric)}</td>` : nothing}
              <td>${isBest ? l10n.t('best') : nothing}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </section>`;
}

function scoreCells({ mean, deviation }: SweepRow, metric: MetricName | undefined): TemplateResult {
  if (metric === undefined)
    return html`<td class="number">–</td>
      <td class="number">–</td>`;
  const spread = deviation === undefined ? '–' : spreadText(metric, deviation);
  return html`<td class="number">${shown(mean, metric)}</td>
    <td class="number">${spread}</td>`;
}

const shown = (value: number | undefined, metric: MetricName): string =>
  value === undefined ? '–' : metricText(metric, value);
