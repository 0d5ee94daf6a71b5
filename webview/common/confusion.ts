import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import type { Metrics } from '../../src/protocol/events.js';
import { wholeNumber } from '../../src/protocol/numbers.js';

/** Which labels are taken for which: rows by what they should be, columns by what they are taken for. */
export function confusion({ labels = [], confusion: counts = [] }: Metrics): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Confusion matrix')}>
    <table class="confusion">
      <thead>
        <tr>
          <th scope="col" class="facts">${l10n.t('should be ↓ taken for →')}</th>
          ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
          <th scope="col" class="number">${l10n.t('right')}</th>
        </tr>
      </thead>
      <tbody>
        ${counts.map((row, i) => {
          const sum = row.reduce((a, b) => a + b, 0);
          return html`<tr>
            <th scope="row">${labels[i]}</th>
            ${row.map(
              (count, j) =>
                html`<td class="number heat-${shade(count, sum)} ${i === j ? 'diagonal' : ''}">
                  ${wholeNumber(count)}
                </td>`,
            )}
            <td class="number">${sum === 0 ? '–' : `${((100 * (row[i] ?? 0)) / sum).toFixed(1)} %`}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** 0 to 4, by the part of a row. */
function shade(count: number, sum: number): number {
  return sum === 0 ? 0 : Math.ceil((4 * count) / sum);
}
