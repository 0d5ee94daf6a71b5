import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { InterpretationReport } from '../../src/protocol/interpretation.js';
import { positionLinks, tokenText } from './parts.js';

/** What is true of the prompt as a whole: where labels are, which tokens stand near several virtual ones, and what points the same way. */
export function overview(report: InterpretationReport, choose: (position: number) => void): TemplateResult {
  const groups = report.clusters.filter(({ positions }) => positions.length > 1);
  return html`<div class="columns">
    ${
      report.labels.length === 0
        ? nothing
        : html`<section class="card">
            <h2>${l10n.t('Where class labels are found')}</h2>
            <table>
              <tbody>
                ${report.labels.map(
                  ({ label, found }) =>
                    html`<tr>
                      <th scope="row">${label}</th>
                      <td class="wrap">
                        ${
                          found.length === 0
                            ? html`<span class="facts">${l10n.t('nowhere')}</span>`
                            : found.map(
                                ({ position, rank }) =>
                                  html`${positionLinks([position], choose)}
                                    <span class="facts">${l10n.t('rank {rank}', { rank })}</span> `,
                              )
                        }
                      </td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </section>`
    }
    <section class="card">
      <h2>${l10n.t('Repeated neighbours')}</h2>
      ${
        report.repeated.length === 0
          ? html`<p class="facts">${l10n.t('None: each virtual token is nearest to a token of its own.')}</p>`
          : html`<p class="hint">${l10n.t('Nearest to several virtual tokens: fewer of these may do as well.')}</p>
              <table>
                <tbody>
                  ${report.repeated.map(
                    ({ token, positions }) =>
                      html`<tr>
                        <th scope="row">${tokenText(token)}</th>
                        <td class="wrap">${positionLinks(positions, choose)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
      }
    </section>
    <section class="card">
      <h2>${l10n.t('Clusters')}</h2>
      ${
        groups.length === 0
          ? html`<p class="facts">${l10n.t('None: no two virtual tokens point the same way.')}</p>`
          : html`<p class="hint">
                ${l10n.t('Virtual tokens with a mean cosine of 0.5 and more, from the middle of the vocabulary.')}
              </p>
              <table>
                <tbody>
                  ${groups.map(
                    ({ positions, similarity }) =>
                      html`<tr>
                        <th scope="row" class="number">${similarity.toFixed(2)}</th>
                        <td class="wrap">${positionLinks(positions, choose)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
      }
    </section>
  </div>`;
}
