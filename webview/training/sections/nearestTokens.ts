import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { NearestTokens } from '../../../src/protocol/events.js';
import { nearestMeaning, wholeNumber } from '../../../src/protocol/numbers.js';
import { quoted } from '../../../src/protocol/quoted.js';
import type { RunView } from '../runView.js';

/** Each virtual token with the real tokens nearest to it; those whose nearest one is another than before are marked. */
export function nearestTokens({ nearest, nearestBefore, noNearest, run }: RunView): TemplateResult {
  if (noNearest !== undefined) return section(undefined, html`<p class="empty">${noNearest}</p>`);
  const meaning = nearestMeaning(run.plan.method);
  if (!nearest) {
    return section(
      meaning,
      html`<p class="empty">
        ${l10n.t('The real tokens nearest to each of the {count} virtual tokens appear here.', {
          count: run.plan.virtualTokens,
        })}
      </p>`,
    );
  }
  const before = new Map(nearestBefore?.tokens.map((token) => [token.position, token]));
  const moved = nearest.tokens.filter((token) => hasMoved(token, before.get(token.position))).length;
  return section(
    meaning,
    html`<div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('What the prompt looks like now')}>
      <table class="nearest ${nearestBefore ? 'compared' : ''}">
        <thead>
          <tr>
            <th scope="col" class="number">#</th>
            ${[l10n.t('Nearest (cosine)'), l10n.t('Second'), l10n.t('Third')].map((name) => html`<th scope="col">${name}</th>`)}
            ${nearestBefore ? html`<th scope="col">${l10n.t('Before')}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${nearest.tokens.map((token) => row(token, before.get(token.position), nearestBefore !== undefined))}
        </tbody>
      </table>
    </div>`,
    nearestBefore
      ? l10n.t('step {step}; moved since step {before}: {count}', {
          step: wholeNumber(nearest.step),
          before: wholeNumber(nearestBefore.step),
          count: moved,
        })
      : l10n.t('step {step}', { step: wholeNumber(nearest.step) }),
  );
}

/** `meaning`: what is shown, where that does not go without saying. */
function section(meaning: string | undefined, content: TemplateResult, description = ''): TemplateResult {
  return html`<section class="card">
    <h2>${l10n.t('What the prompt looks like now')} <span class="facts">${description}</span></h2>
    ${meaning === undefined ? nothing : html`<p class="hint">${meaning}</p>`} ${content}
  </section>`;
}

function row(token: NearestTokens, before: NearestTokens | undefined, withBefore: boolean): TemplateResult {
  const moved = hasMoved(token, before);
  const was = before?.nearest[0]?.token ?? '';
  return html`<tr class=${moved ? 'moved' : ''}>
    <th scope="row" class="number">${token.position + 1}</th>
    ${token.nearest
      .slice(0, 3)
      .map(
        ({ token: text, similarity }) =>
          html`<td>${tokenText(text)} <span class="number">${similarity.toFixed(2)}</span></td>`,
      )}
    ${
      withBefore
        ? html`<td>
            ${moved ? html`<span class="codicon codicon-history" aria-hidden="true"></span> ${tokenText(was)}` : nothing}
          </td>`
        : nothing
    }
  </tr>`;
}

function hasMoved(now: NearestTokens, before: NearestTokens | undefined): boolean {
  return before !== undefined && now.nearest[0]?.id !== before.nearest[0]?.id;
}

function tokenText(token: string): TemplateResult {
  return html`<code class="token">${quoted(token)}</code>`;
}
