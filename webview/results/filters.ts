import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import type { RowFilter } from '../../src/protocol/evaluation.js';
import { wholeNumber } from '../../src/protocol/numbers.js';
import type { ResultsState } from '../../src/protocol/resultsMessages.js';

type Kind = Exclude<RowFilter['kind'], 'cell'>;

/** Which rows the list shows, with how many there are of each; a cell of the confusion matrix can be put away. */
export function filters(state: ResultsState, filter: RowFilter, choose: (filter: RowFilter) => void): TemplateResult {
  const { rows, wrong, problems, summary, members } = state;
  const kinds: readonly (readonly [kind: Kind, name: string, count: number | undefined])[] = [
    ['all', l10n.t('All'), rows],
    ['wrong', l10n.t('Wrong'), wrong],
    ...(problems > 0 ? [['problems', l10n.t('Not judged'), problems] as const] : []),
    ...(members.length > 0
      ? [['disagreed', l10n.t('Disagreed on'), summary?.ensemble?.disagreed.length] as const]
      : []),
  ];
  return html`<div class="filters" role="group" aria-label=${l10n.t('Which rows')}>
    ${kinds.map(
      ([kind, name, count]) =>
        html`<button class="filter" aria-pressed=${filter.kind === kind} @click=${() => choose({ kind })}>
          ${name} <span class="number">${count === undefined ? nothing : wholeNumber(count)}</span>
        </button>`,
    )}
    ${
      filter.kind === 'cell'
        ? html`<button class="filter" aria-pressed="true" @click=${() => choose({ kind: 'all' })}>
            ${l10n.t('{expected} taken for {predicted}', {
              expected: filter.expected,
              predicted: filter.predicted,
            })}
            <span class="codicon codicon-close" aria-hidden="true"></span>
            <span class="visually-hidden">${l10n.t('show all rows')}</span>
          </button>`
        : nothing
    }
  </div>`;
}
