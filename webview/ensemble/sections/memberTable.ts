import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { EnsembleOutcome } from '../../../src/protocol/ensembleMessages.js';
import type { Baselines, VoteRule } from '../../../src/protocol/evaluation.js';
import { shareScore, signedPoints, voteName } from '../../../src/protocol/voteWords.js';

/** Members, their mean and best, and the ensemble, beside what the model says without them. Bars are from 0 to 100 %. */
export function memberTable(
  report: EnsembleOutcome['report'],
  vote: VoteRule,
  { none, examples }: Baselines,
): TemplateResult {
  const { members, mean, best, votes } = report;
  const row = (name: string, value: number | undefined, kind: string, detail = ''): TemplateResult | typeof nothing =>
    value === undefined
      ? nothing
      : html`<tr class=${kind}>
          <th scope="row">${name} ${detail === '' ? nothing : html`<span class="facts">${detail}</span>`}</th>
          <td class="number">${shareScore(value)}</td>
          <td class="number facts">${kind === 'mean' ? '' : signedPoints(value - mean)}</td>
          <td class="bar">${bar(value, mean)}</td>
        </tr>`;
  return html`<section class="card">
    <h2>${l10n.t('Members')} <span class="facts">${l10n.t('accuracy')}</span></h2>
    <div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Members')}>
      <table class="members">
        <thead>
          <tr>
            <th scope="col">${l10n.t('Who answers')}</th>
            <th scope="col" class="number">${l10n.t('Accuracy')}</th>
            <th scope="col" class="number">${l10n.t('Over mean')}</th>
            <th scope="col"><span class="visually-hidden">${l10n.t('Bar')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${row(l10n.t('no prompt'), none?.accuracy, 'baseline')}
          ${row(
            examples ? l10n.t('{count} examples as text', { count: examples.count }) : '',
            examples?.metrics.accuracy,
            'baseline',
          )}
          ${members.map(({ name, value, weight }) =>
            row(
              name,
              value,
              'member',
              vote === 'weighted' ? l10n.t('weight {weight}', { weight: weight.toFixed(2) }) : '',
            ),
          )}
          ${row(l10n.t('mean'), mean, 'mean')} ${row(l10n.t('best'), best, 'best')}
          ${row(l10n.t('ensemble, {vote}', { vote: voteName(vote) }), votes[vote].value, 'together')}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** A share as a length, with a stroke where the members' mean is. */
function bar(value: number, mean: number): TemplateResult {
  const at = (share: number): string => (100 * share).toFixed(2);
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<rect class="length" x="0" y="2" width=${at(value)} height="6"></rect>
      <line class="mean" x1=${at(mean)} y1="0" x2=${at(mean)} y2="10" vector-effect="non-scaling-stroke"></line>`}
  </svg>`;
}
