import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import type { Metrics } from '../../src/protocol/events.js';
import { wholeNumber } from '../../src/protocol/numbers.js';

/** A cell of the matrix, by its labels. */
export interface Cell {
  readonly expected: string;
  readonly predicted: string;
}

/** What a page makes of cells: buttons that choose one; the one that is chosen. */
export interface CellChoice {
  readonly chosen: Cell | undefined;
  choose(cell: Cell): void;
}

/** Which labels are taken for which: rows by what they should be, columns by what they are taken for. */
export function confusion({ labels = [], confusion: counts = [] }: Metrics, cells?: CellChoice): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${l10n.t('Confusion matrix')}>
    <table class="confusion">
      <thead>
        <tr>
          <th scope="col" class="facts">${l10n.t('should be ↓ taken for →')}</th>
          ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
          <th scope="col" class="number">${l10n.t('right')}</th>
        </tr>
      </thead>
      <tbody>
        ${counts.map((row, i) => {
          const sum = row.reduce((a, b) => a + b, 0);
          return html`<tr>
            <th scope="row">${labels[i]}</th>
            ${row.map(
              (count, j) =>
                html`<td class="number heat-${shade(count, sum)} ${i === j ? 'diagonal' : ''}">
                  ${cells ? cellButton(count, { expected: labels[i] ?? '', predicted: labels[j] ?? '' }, cells) : wholeNumber(count)}
                </td>`,
            )}
            <td class="number">${sum === 0 ? '–' : `${((100 * (row[i] ?? 0)) / sum).toFixed(1)} %`}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function cellButton(count: number, cell: Cell, { chosen, choose }: CellChoice): TemplateResult {
  const isChosen = chosen?.expected === cell.expected && chosen.predicted === cell.predicted;
  const label = l10n.t('{count} rows that should be {expected}, taken for {predicted}', {
    count: wholeNumber(count),
    ...cell,
  });
  return html`<button
    class="cell"
    aria-label=${label}
    title=${label}
    aria-pressed=${isChosen}
    ?disabled=${count === 0}
    @click=${() => choose(cell)}
  >
    ${wholeNumber(count)}
  </button>`;
}

/** 0 to 4, by the part of a row. */
function shade(count: number, sum: number): number {
  return sum === 0 ? 0 : Math.ceil((4 * count) / sum);
}
