import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { duration, metricText } from '../../../src/protocol/numbers.js';
import type { MainScore } from '../../../src/protocol/mainScore.js';
import type { FromSweepPanel } from '../../../src/protocol/sweepMessages.js';
import { fieldNames, valueText, type SweepRunState, type SweepTable } from '../../../src/protocol/sweepTable.js';

/** Every run by itself; what has a run opens its panel. */
export function runTable({ fields, results }: SweepTable, ask: (message: FromSweepPanel) => void): TemplateResult {
  return html`<details>
    <summary><h2>${l10n.t('Runs')}</h2></summary>
    <div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Runs')}>
      <table>
        <thead>
          <tr>
            ${fieldNames(fields).map((name) => html`<th scope="col">${name}</th>`)}
            <th scope="col">${l10n.t('State')}</th>
            <th scope="col" class="number">${l10n.t('dev')}</th>
            <th scope="col" class="number">${l10n.t('test')}</th>
            <th scope="col" class="number">${l10n.t('Time')}</th>
            <th scope="col"><span class="visually-hidden">${l10n.t('Panel')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${results.map(
            ({ values, state, dev, test, seconds, run }) =>
              html`<tr>
                ${fields.map((field) => html`<td>${valueText(values[field])}</td>`)}
                <td>${stateText(state)}</td>
                <td class="number">${scoreText(dev)}</td>
                <td class="number">${scoreText(test)}</td>
                <td class="number">${seconds === undefined ? '–' : duration(seconds)}</td>
                <td>
                  ${
                    run === undefined
                      ? nothing
                      : html`<button class="link" @click=${() => ask({ type: 'openRun', run })}>
                          ${l10n.t('Open run')}
                        </button>`
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

const scoreText = (score: MainScore | undefined): string => (score ? metricText(score.metric, score.value) : '–');

function stateText(state: SweepRunState): string {
  switch (state) {
    case 'finished':
      return l10n.t('finished');
    case 'failed':
      return l10n.t('failed');
    case 'stopped':
      return l10n.t('stopped');
    case 'running':
      return l10n.t('running');
    case 'waiting':
      return l10n.t('not run yet');
  }
}
