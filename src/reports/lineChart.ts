import * as l10n from '@vscode/l10n';
import { wholeNumber } from '../protocol/numbers.js';
import { isLogAxis } from '../protocol/sweepSeries.js';
import { thinned, type Point } from './thinned.js';
import { tickText, ticks } from './ticks.js';
import { html, type Markup } from './markup.js';
import { table } from './table.js';

/** How lines are told apart, by dashes and points as well as by colour; the page's style says how each looks. */
export type LineLook = 'faint' | 'first' | 'second' | 'third' | 'fourth' | 'fifth' | 'level';

/** For lines of like rank. */
export const equalLooks = ['first', 'second', 'third', 'fourth', 'fifth'] as const satisfies readonly LineLook[];

export interface ChartLine {
  readonly label: string;
  readonly look: LineLook;
  /** By ascending x. */
  readonly points: readonly Point[];
  /** How far y may be off at each point, such as by one deviation over seeds: drawn as a band. */
  readonly spreads?: readonly number[];
}

export interface Chart {
  /** Of the page's charts this one alone. */
  readonly id: string;
  readonly title: string;
  readonly lines: readonly ChartLine[];
  /** What the axis multiplies with and says behind its numbers. */
  readonly axis?: { readonly scale: number; readonly unit: string };
  readonly format: (y: number) => string;
  /** What x is, and the values that are tried of it; a step of training unless told. */
  readonly tried?: { readonly name: string; readonly values: readonly number[] };
}

/** In units of the drawing: room at the left for numbers, below for what x is. */
const [width, height] = [480, 230];
const frame = { left: 52, right: width - 10, top: 10, bottom: height - 26 };

/** A line chart with its legend, and the same in numbers below; nothing where all is of one step. */
export function lineChart(chart: Chart): Markup | undefined {
  const lines = chart.lines.filter(({ points }) => points.length > 0);
  const all = lines.flatMap(({ points }) => points);
  const xs = extent(all.map(([x]) => x));
  if (xs.high <= xs.low) return undefined;
  const { scale, unit } = chart.axis ?? { scale: 1, unit: '' };
  const ys = padded(extent([...all, ...lines.flatMap(edges)].map(([, y]) => scale * y)));
  const { tried } = chart;
  const onAxis = tried && isLogAxis(tried.values) ? Math.log : (x: number): number => x;
  const along = (x: number): number => (onAxis(x) - onAxis(xs.low)) / (onAxis(xs.high) - onAxis(xs.low));
  const place = ([x, y]: Point): Point => [
    frame.left + along(x) * (frame.right - frame.left),
    frame.bottom - ((scale * y - ys.low) / (ys.high - ys.low)) * (frame.bottom - frame.top),
  ];
  return html`<figure>
    <figcaption id="${chart.id}">${chart.title}</figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${spoken(chart.title, lines, chart.format)}">
      ${grid(ys, unit, (y) => place([xs.low, y / scale])[1])}
      ${tried ? triedValues(tried.values, (x) => place([x, 0])[0]) : steps(xs, (x) => place([x, 0])[0])}
      ${lines.map((line) => band(line, place))} ${lines.map((line) => drawn(line, place))}
    </svg>
    ${tried && html`<p class="facts axis">${tried.name}</p>`}
    <ul class="legend">
      ${lines.map(({ label, look }) => html`<li>${swatch(look)} ${label}</li>`)}
    </ul>
    <details>
      <summary>${l10n.t('Values')}</summary>
      ${valueTable(chart, lines)}
    </details>
  </figure>`;
}

interface Extent {
  readonly low: number;
  readonly high: number;
}
function extent(values: readonly number[]): Extent {
  return values.reduce<Extent>(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
    low: Infinity,
    high: -Infinity,
  });
}
/** A little air above and below; a level line stands in the middle. */
function padded({ low, high }: Extent): Extent {
  const air = high > low ? 0.05 * (high - low) : Math.max(0.05 * Math.abs(low), 1e-6);
  return { low: low - air, high: high + air };
}

function grid({ low, high }: Extent, unit: string, at: (y: number) => number): Markup[] {
  const values = ticks(low, high, 5);
  return values.map((value) => {
    const y = round(at(value));
    return html`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}" />
      <text class="end" x="${frame.left - 6}" y="${y + 4}">${tickText(value, values)}${unit}</text>`;
  });
}

function steps({ low, high }: Extent, at: (x: number) => number): Markup[] {
  const values = ticks(low, high, 6).filter(Number.isInteger);
  return [
    html`<text class="end" x="${frame.left - 6}" y="${height - 8}">${l10n.t('Step')}</text>`,
    ...values.map((value) => underAxis(wholeNumber(value), at(value))),
  ];
}

/** Those whose numbers do not run into the ones before. */
function triedValues(values: readonly number[], at: (x: number) => number): Markup[] {
  let end = -Infinity;
  return values.flatMap((value) => {
    const half = 4 * String(value).length;
    if (at(value) - half < end) return [];
    end = at(value) + half;
    return [underAxis(String(value), Math.min(at(value), width - half))];
  });
}

const underAxis = (text: string, x: number): Markup =>
  html`<text class="middle" x="${round(x)}" y="${height - 8}">${text}</text>`;

/** The band's upper edge in the order of the points, then the lower one back. */
function edges({ points, spreads = [] }: ChartLine): Point[] {
  if (spreads.length === 0) return [];
  const edge = (sign: number): Point[] => points.map(([x, y], i) => [x, y + sign * (spreads[i] ?? 0)]);
  return [...edge(1), ...edge(-1).reverse()];
}

function band(line: ChartLine, place: (point: Point) => Point): Markup | undefined {
  const placed = edges(line).map(place);
  if (placed.length === 0) return undefined;
  return html`<path class="band ${line.look}" d="M${placed.map(([x, y]) => `${round(x)} ${round(y)}`).join('L')}Z" />`;
}

function drawn({ points, look }: ChartLine, place: (point: Point) => Point): Markup {
  const placed = thinned(points, frame.right - frame.left).map(place);
  const [first] = placed;
  // What was scored once, such as the untrained baseline, is a level to compare with.
  const path =
    look === 'level' && first
      ? `M${frame.left} ${round(first[1])}H${frame.right}`
      : placed.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const dots = look === 'faint' || look === 'level' || placed.length > mostDots ? [] : placed;
  return html`<path class="line ${look}" d="${path}" />${dots.map(
      ([x, y]) => html`<circle class="${look}" cx="${round(x)}" cy="${round(y)}" r="2.5" />`,
    )}`;
}

const swatch = (look: LineLook): Markup =>
  html`<svg class="swatch" viewBox="0 0 24 8" aria-hidden="true"><path class="line ${look}" d="M0 4H24" /></svg>`;

/** Where each line begins and ends, for who hears the page. */
function spoken(title: string, lines: readonly ChartLine[], format: Chart['format']): string {
  const said = lines.map(({ label, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return label;
    const [from, to] = [format(first[1]), format(last[1])];
    return points.length === 1 ? `${label}: ${to}` : l10n.t('{line}: from {from} to {to}', { line: label, from, to });
  });
  return [title, ...said].join('. ');
}

/** More would run together. */
const mostDots = 40;

/** So many rows of a line, evenly chosen; more would help nobody. */
const mostRows = 40;

function valueTable({ id, title, format, tried }: Chart, lines: readonly ChartLine[]): Markup {
  const chosen = ({ points }: ChartLine): number[] => {
    const stride = Math.ceil(points.length / mostRows);
    return points.flatMap(([x], i) => (i % stride === 0 || i === points.length - 1 ? [x] : []));
  };
  const xs = [...new Set(lines.flatMap(chosen))].sort((a, b) => a - b);
  const values = lines.map(({ points }) => new Map(points.map(([x, y]) => [x, format(y)])));
  return table({
    label: `${title}, ${id}`,
    head: [tried?.name ?? l10n.t('Step'), ...lines.map(({ label }) => label)],
    numbers: lines.map((_line, i) => i + 1),
    rows: xs.map((x) => [tried ? String(x) : wholeNumber(x), ...values.map((line) => line.get(x) ?? '–')]),
  });
}

const round = (value: number): number => Math.round(10 * value) / 10;
