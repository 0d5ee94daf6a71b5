import * as l10n from '@vscode/l10n';
import { html, svg, type TemplateResult } from 'lit';
import type { Neighbour } from '../../src/protocol/interpretation.js';
import { quoted } from '../../src/protocol/quoted.js';

export const tokenText = (token: string): TemplateResult => html`<code class="token">${quoted(token)}</code>`;

/** A bar of a share between 0 and 1; the number stands beside it. */
export const bar = (share: number): TemplateResult =>
  html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="track" width="100" height="8"></rect>
      <rect class="filled" width=${100 * Math.min(1, Math.max(0, share))} height="8"></rect>`}
  </svg>`;

export const neighbours = (nearest: readonly Neighbour[]): TemplateResult =>
  html`<table class="bars">
    <tbody>
      ${nearest.map(
        ({ token, similarity }) =>
          html`<tr>
            <th scope="row">${tokenText(token)}</th>
            <td>${bar(similarity)}</td>
            <td class="number">${similarity.toFixed(2)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

/** Virtual tokens by number, each a button that chooses it. */
export const positionLinks = (positions: readonly number[], choose: (position: number) => void): TemplateResult[] =>
  positions.map(
    (position) =>
      html`<button
        class="position"
        aria-label=${l10n.t('virtual token {number}', { number: position + 1 })}
        @click=${() => choose(position)}
      >
        ${position + 1}
      </button>`,
  );
