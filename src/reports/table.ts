import { html, type Markup, type Part } from './markup.js';

export interface Table {
  /** What a screen reader calls it: of the page's tables this one alone. */
  readonly label: string;
  readonly head: readonly string[];
  /** A row's first cell is its heading. */
  readonly rows: readonly (readonly Part[])[];
  /** The columns that hold numbers, counted from 0; none unless told. */
  readonly numbers?: readonly number[];
}

/** A table that scrolls sideways where it is wider than the page, also by the keyboard. */
export function table({ label, head, rows, numbers = [] }: Table): Markup {
  const kind = (column: number): string => (numbers.includes(column) ? 'number' : '');
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${head.map((cell, i) => html`<th scope="col" class="${kind(i)}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell, i) => html`<td class="${kind(i + 1)}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
