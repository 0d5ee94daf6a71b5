import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { InterpretationReport, VirtualToken } from '../../src/protocol/interpretation.js';
import { shortNumber } from '../../src/protocol/numbers.js';
import { positionLinks, tokenText } from './parts.js';

const shownNeighbours = 3;

/** The same as the map in words and numbers, a virtual token a row. */
export function tokenTable(
  report: InterpretationReport,
  selected: number | undefined,
  choose: (position: number) => void,
): TemplateResult {
  const { tokens, drift } = report;
  return html`<div class="scroll tokens" tabindex="0" role="region" aria-label=${l10n.t('Virtual tokens')}>
    <table>
      <thead>
        <tr>
          <th scope="col">#</th>
          ${[l10n.t('Nearest (cosine)'), l10n.t('Second'), l10n.t('Third')].map((text) => html`<th scope="col">${text}</th>`)}
          <th scope="col" class="number">${l10n.t('Norm')}</th>
          <th scope="col" class="number">${l10n.t('Longer than')}</th>
          ${
            drift
              ? html`<th scope="col" class="number">${l10n.t('Cosine with start')}</th>
                  <th scope="col">${l10n.t('Began at')}</th>`
              : nothing
          }
          <th scope="col">${l10n.t('Labels')}</th>
          <th scope="col">${l10n.t('Twins')}</th>
          <th scope="col">${l10n.t('Cluster')}</th>
        </tr>
      </thead>
      <tbody>
        ${tokens.map((token) => row(token, report, token.position === selected, choose))}
      </tbody>
    </table>
  </div>`;
}

function row(
  token: VirtualToken,
  { labels, clusters, drift }: InterpretationReport,
  isSelected: boolean,
  choose: (position: number) => void,
): TemplateResult {
  const own = labels.filter(({ found }) => found.some(({ position }) => position === token.position));
  const isAlone = (clusters[token.cluster]?.positions.length ?? 1) === 1;
  const numbers = (positions: readonly number[]): string => positions.map((position) => position + 1).join(', ');
  return html`<tr aria-current=${isSelected ? 'true' : nothing}>
    <th scope="row">${positionLinks([token.position], choose)}</th>
    ${Array.from({ length: shownNeighbours }, (_, i) => {
      const near = token.nearest[i];
      return html`<td>
        ${near ? html`${tokenText(near.token)} <span class="facts">${near.similarity.toFixed(2)}</span>` : nothing}
      </td>`;
    })}
    <td class="number">${shortNumber(token.norm)}</td>
    <td class="number">${(100 * token.normRank).toFixed(1)} %</td>
    ${
      drift
        ? html`<td class="number">${token.drift?.cosine.toFixed(2)}</td>
            <td>${token.drift ? tokenText(token.drift.from.token) : nothing}</td>`
        : nothing
    }
    <td>${own.map(({ label }) => label).join(', ')}</td>
    <td>${numbers(token.twins)}</td>
    <td>${isAlone ? '–' : token.cluster + 1}</td>
  </tr>`;
}
