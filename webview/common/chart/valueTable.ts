import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { countBelow } from '../ascending.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import type { ChartLine } from './line.js';

/** So many rows of a line's points, evenly chosen; more would help nobody. */
const mostRows = 40;

/** The same as a chart in numbers. */
export function valueTable(
  lines: readonly ChartLine[],
  format: (value: number) => string,
  caption: string,
): TemplateResult {
  const steps = [...new Set(lines.flatMap(({ x }) => chosen(x)))].sort((a, b) => a - b);
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <thead>
        <tr>
          <th scope="col" class="number">${l10n.t('Step')}</th>
          ${lines.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${steps.map(
          (step) =>
            html`<tr>
              <th scope="row" class="number">${wholeNumber(step)}</th>
              ${lines.map((line) => html`<td class="number">${valueText(line, step, format)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function chosen(x: ArrayLike<number>): number[] {
  const stride = Math.max(1, Math.ceil(x.length / mostRows));
  const count = Math.ceil(x.length / stride);
  const last = x[x.length - 1];
  return [...Array.from({ length: count }, (_, i) => x[i * stride] ?? 0), ...(last === undefined ? [] : [last])];
}

function valueText({ x, y }: ChartLine, step: number, format: (value: number) => string): string {
  const i = countBelow(x, step);
  const value = y[i];
  return x[i] === step && value !== undefined ? format(value) : '–';
}
