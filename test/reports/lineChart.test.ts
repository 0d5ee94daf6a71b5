import { describe, expect, it } from 'vitest';
import { lineChart } from '../../src/reports/lineChart.js';
import { html } from '../../src/reports/markup.js';
import { thinned, type Point } from '../../src/reports/thinned.js';
import { tickText, ticks } from '../../src/reports/ticks.js';

describe('ticks', () => {
  it.each([
    [0, 10, ['0', '2', '4', '6', '8', '10']],
    [0.61, 0.95, ['0.7', '0.8', '0.9']],
    [-0.001, 0.0312, ['0.00', '0.01', '0.02', '0.03']],
    [1, 30_000, ['10000', '20000', '30000']],
    [82.4, 86, ['83', '84', '85', '86']],
  ])('of %d to %d are round numbers, told apart by as few digits as do', (low, high, texts) => {
    const values = ticks(low, high, 5);
    expect(values.map((value) => tickText(value, values))).toEqual(texts);
  });
});

describe('thinned points', () => {
  it('keep the lowest and the highest of each column in their order', () => {
    const points = [3, 1, 2, 9, 5, 5, 4, 6, 8, 7].map((y, x): Point => [x, y]);
    expect(thinned(points, 2)).toEqual([
      [1, 1],
      [3, 9],
      [6, 4],
      [8, 8],
    ]);
    expect(thinned(points, 5)).toBe(points);
  });
});

describe('a chart', () => {
  const chart = (points: readonly Point[]) =>
    lineChart({
      id: 'c',
      title: 'Loss',
      format: (y) => y.toFixed(2),
      lines: [
        { label: 'smoothed', look: 'first', points },
        { label: 'no prompt', look: 'level', points: [[3, 1]] },
      ],
    })?.markup;

  it('says in words and in a table what its lines show', () => {
    const drawn = chart([
      [1, 2],
      [3, 0.5],
    ]);
    expect(drawn).toContain('role="img" aria-label="Loss. smoothed: from 2.00 to 0.50. no prompt: 1.00"');
    const cells = [...(drawn ?? '').matchAll(/<t[hd][^>]*>([^<]*)<\/t[hd]>/g)].map(([, text]) => text?.trim());
    expect(cells).toEqual(['Step', 'smoothed', 'no prompt', '1', '2.00', '–', '3', '0.50', '1.00']);
  });

  it('draws a value that was scored once as a level across', () => {
    // The values lie between 0.425 and 2.075, drawn from 204 up to 10: 1 is at 204 − 194 · 0.575 / 1.65.
    expect(
      chart([
        [1, 2],
        [3, 0.5],
      ]),
    ).toContain('class="line level" d="M52 136.4H470"');
  });

  it('is not drawn of a single step', () => {
    expect(chart([[3, 2]])).toBeUndefined();
  });
});

describe('markup', () => {
  it('escapes texts and leaves markup', () => {
    const bold = html`<b title="${'"'}">${'<&>'}</b>`;
    expect(html`${[bold, ' ', 7]}${undefined}`.markup).toBe('<b title="&#34;">&#60;&#38;&#62;</b> 7');
  });
});
