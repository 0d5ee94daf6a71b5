import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type TemplateResult } from 'lit';

/** What the map's marks mean. */
export function legend(hasStarts: boolean): TemplateResult {
  const sign = (shape: TemplateResult): TemplateResult =>
    html`<svg class="sign" viewBox="0 0 20 14" aria-hidden="true">${shape}</svg>`;
  return html`<ul class="legend">
    <li>${sign(svg`<rect class="word" x="9" y="6" width="3" height="3"></rect>`)} ${l10n.t('real token')}</li>
    <li>${sign(svg`<circle class="mark" cx="10" cy="7" r="6"></circle>`)} ${l10n.t('virtual token, by number')}</li>
    ${
      hasStarts
        ? html`<li>
            ${sign(svg`<circle class="start" cx="5" cy="7" r="4"></circle><path class="start" d="M9 7h9m-4-4 4 4-4 4"></path>`)}
            ${l10n.t('where it began, and its drift')}
          </li>`
        : nothing
    }
    <li>${sign(svg`<path class="link" d="M2 7h16"></path>`)} ${l10n.t('to the nearest tokens')}</li>
  </ul>`;
}
