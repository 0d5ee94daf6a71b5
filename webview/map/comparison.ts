import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { ComparedPrompt, ComparedToken, PromptComparison } from '../../src/protocol/interpretation.js';
import { methodName, nearestMeaning } from '../../src/protocol/numbers.js';
import { bar, tokenText } from './parts.js';

/** Two prompts side by side: how alike they are, then each pair with its tokens. */
export function comparison({ first, second, model, pairs, meanCosine }: PromptComparison): TemplateResult {
  const meaning = nearestMeaning(first.method);
  return html`
    <header>
      <h1>${l10n.t('{first} and {second}', { first: first.name, second: second.name })}</h1>
      <span class="facts"
        >${[...new Set([methodName(first.method), methodName(second.method)]), model].join(' · ')}</span
      >
    </header>
    <main>
      <section class="card">
        <h2>${l10n.t('How alike they are')}</h2>
        <p class="figures">
          <span class="big">${meanCosine.toFixed(2)}</span>
          <span class="facts">
            ${l10n.t('mean cosine over {count} pairs, each virtual token with its best partner in the other prompt', {
              count: pairs.length,
            })}
          </span>
        </p>
        ${meaning === undefined ? nothing : html`<p class="hint">${meaning}</p>`}
        <div class="scroll tokens" tabindex="0" role="region" aria-label=${l10n.t('Pairs of virtual tokens')}>
          <table class="pairs">
            <thead>
              <tr>
                <th scope="col" class="number">#</th>
                <th scope="col">${first.name}</th>
                <th scope="col" colspan="2">${l10n.t('Cosine')}</th>
                <th scope="col" class="number">#</th>
                <th scope="col">${second.name}</th>
              </tr>
            </thead>
            <tbody>
              ${pairs.map(
                (pair) =>
                  html`<tr>
                    ${side(pair.first)}
                    <td>${bar(pair.cosine)}</td>
                    <td class="number">${pair.cosine.toFixed(2)}</td>
                    ${side(pair.second)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </section>
      ${[first, second].map(alone)}
    </main>
  `;
}

const side = ({ position, nearest }: ComparedToken): TemplateResult =>
  html`<th scope="row" class="number">${position + 1}</th>
    <td>
      ${nearest.map(({ token, similarity }) => html`${tokenText(token)} <span class="facts">${similarity.toFixed(2)}</span> `)}
    </td>`;

function alone({ name, alone: tokens }: ComparedPrompt): TemplateResult | typeof nothing {
  if (tokens.length === 0) return nothing;
  return html`<section class="card">
    <h2>${l10n.t('Without a partner, of {name}', { name })}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Without a partner, of {name}', { name })}>
      <table class="alone">
        <tbody>
          ${tokens.map(
            (token) =>
              html`<tr>
                ${side(token)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
