import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { DisagreedRows, EnsembleOutcome, FromEnsemblePanel } from '../../../src/protocol/ensembleMessages.js';
import type { Probability, RowDetail } from '../../../src/protocol/evaluation.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import { shortLabels } from '../shortLabels.js';

/** The rows on which the members differ: what each says, what they say together, and whether that is right. Each leads to its line. */
export function disagreedRows(
  found: DisagreedRows | undefined,
  { disagreed, members }: EnsembleOutcome['report'],
  labels: readonly string[],
  ask: (message: FromEnsemblePanel) => void,
): TemplateResult {
  const short = shortLabels(labels);
  const total = found?.total ?? disagreed;
  const shown = found?.rows ?? [];
  return html`<section class="card">
    <h2>
      ${l10n.t('Rows they disagree on')} <span class="facts">${wholeNumber(total)}</span>
      ${legend(short)}
    </h2>
    ${
      total === 0
        ? html`<p class="empty">${l10n.t('All members agree on every row.')}</p>`
        : html`<div class="scroll tall" tabindex="0" role="region" aria-label=${l10n.t('Rows they disagree on')}>
            <table class="disagreed">
              <thead>
                <tr>
                  <th scope="col" class="number line">${l10n.t('Line')}</th>
                  <th scope="col">${l10n.t('Row')}</th>
                  <th scope="col" class="votes">${l10n.t('Votes')}</th>
                  <th scope="col" class="answer">${l10n.t('Together')}</th>
                  <th scope="col" class="answer">${l10n.t('Should be')}</th>
                </tr>
              </thead>
              <tbody>
                ${shown.map((row) =>
                  disagreedRow(
                    row,
                    members.map(({ name }) => name),
                    short,
                    ask,
                  ),
                )}
              </tbody>
            </table>
          </div>`
    }
    ${
      shown.length < total && shown.length > 0
        ? html`<p>
            <button class="link" @click=${() => ask({ type: 'moreRows' })}>
              ${l10n.t('Show more ({shown} of {total})', { shown: wholeNumber(shown.length), total: wholeNumber(total) })}
            </button>
          </p>`
        : nothing
    }
  </section>`;
}

function disagreedRow(
  row: RowDetail,
  names: readonly string[],
  short: ReadonlyMap<string, string>,
  ask: (message: FromEnsemblePanel) => void,
): TemplateResult {
  const { line, endLine, input, expected, predicted, right, probability, votes = [] } = row;
  const vote = ({ label, probability: of }: Probability, member: number): TemplateResult => {
    const said = `${names[member] ?? ''}: ${label} ${of.toFixed(2)}`;
    return html`<span class="ballot ${label === expected ? 'right' : 'wrong'}" title=${said}
      ><span aria-hidden="true">${short.get(label) ?? label}</span><span class="visually-hidden">${label},</span></span
    >`;
  };
  return html`<tr>
    <td class="number line">${line}</td>
    <td class="row">
      <button class="link" title=${input} @click=${() => ask({ type: 'openRow', line, endLine })}>
        ${words(input)}
      </button>
    </td>
    <td class="votes">${votes.map(vote)}</td>
    <td class="answer ${right ? 'right' : 'wrong'}">
      <span class="mark" aria-hidden="true">${right ? '✓' : '✗'}</span>
      <span class="visually-hidden">${right ? l10n.t('right') : l10n.t('wrong')}</span>
      ${predicted} <span class="facts number">${probability.toFixed(2)}</span>
    </td>
    <td class="answer">${expected}</td>
  </tr>`;
}

/** Without the virtual tokens in front, which say nothing. */
const words = (input: string): string => input.replace(/^\[P×\d+\]/, '').replace(/\s+/g, ' ');

/** P = positive; where labels are shown in full nothing needs to be said. */
function legend(short: ReadonlyMap<string, string>): TemplateResult {
  const cut = [...short].filter(([label, shown]) => label !== shown);
  return html`<span class="facts controls">${cut.map(([label, shown]) => `${shown} = ${label}`).join(' · ')}</span>`;
}
