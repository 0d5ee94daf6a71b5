import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { MetricName } from '../../../src/protocol/events.js';
import { metricName, metricText } from '../../../src/protocol/numbers.js';
import { axisFields, isLogAxis, seriesOver, type SweepSeries } from '../../../src/protocol/sweepSeries.js';
import { fieldNames, type SweepSummary } from '../../../src/protocol/sweepTable.js';
import { lookOf, type ChartLine } from '../../common/chart/line.js';
import { swatch } from '../../common/chart/shapes.js';
import { roundTicks } from '../roundTicks.js';

/** Of the drawing, in its own units. */
const size = { width: 520, height: 260, left: 52, right: 14, top: 10, bottom: 40 };
const area = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

/** A chart for each field with numbers: mean score with a band of one deviation over the seeds. Its table stands beneath the charts. */
export function sweepCharts(summary: SweepSummary): TemplateResult | typeof nothing {
  const { score } = summary;
  const fields = score ? axisFields(summary) : [];
  if (!score || fields.length === 0) return nothing;
  return html`<div class="columns">${fields.map((field) => sweepChart(summary, field, score))}</div>`;
}

function sweepChart(
  summary: SweepSummary,
  field: string,
  { metric, split }: NonNullable<SweepSummary['score']>,
): TemplateResult {
  const series = seriesOver(summary, field);
  const [name = field] = fieldNames([field]);
  const title = l10n.t('{metric} on {split} by {field}', { metric: metricName(metric), split, field: name });
  const scales = scalesOf(series);
  return html`<section class="card">
    <h2>
      ${title.charAt(0).toUpperCase() + title.slice(1)}
      <span class="facts">${l10n.t('mean, with one deviation over the seeds')}</span>
    </h2>
    <ul class="legend">
      ${series.map(({ label }, i) => (label === '' ? nothing : html`<li>${swatch(legendLine(label, i))} ${label}</li>`))}
      ${
        series.some(({ baseline }) => baseline !== undefined)
          ? html`<li>${swatch(bareLine)} ${l10n.t('no prompt')}</li>`
          : nothing
      }
    </ul>
    ${
      scales
        ? html`<svg
            class="sweep"
            viewBox="0 0 ${size.width} ${size.height}"
            role="img"
            aria-label=${spoken(title, series, metric)}
          >
            ${axes(scales, name, metric)} ${series.map((line, i) => drawn(line, i, scales))}
          </svg>`
        : html`<p class="empty">${l10n.t('The first finished runs appear here.')}</p>`
    }
  </section>`;
}

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (score: number) => number;
  readonly values: readonly number[];
  readonly low: number;
  readonly high: number;
}

/** Undefined before the first score. */
function scalesOf(series: readonly SweepSeries[]): Scales | undefined {
  const points = series.flatMap((line) => line.points);
  if (points.length === 0) return undefined;
  const values = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const [first = 0, last = 1] = [values[0], values.at(-1)];
  const onAxis = isLogAxis(values) ? Math.log : (value: number): number => value;
  const length = onAxis(last) - onAxis(first);
  const scores = [
    ...points.flatMap(({ low, high }) => [low, high]),
    ...series.flatMap(({ baseline = [] }) => baseline),
  ];
  const room = (Math.max(...scores) - Math.min(...scores)) * 0.06 || 0.01;
  const [low, high] = [Math.min(...scores) - room, Math.max(...scores) + room];
  return {
    x: (value) => size.left + (length === 0 ? 0.5 : (onAxis(value) - onAxis(first)) / length) * area.width,
    y: (score) => size.top + (1 - (score - low) / (high - low)) * area.height,
    values,
    low,
    high,
  };
}

function axes({ x, y, values, low, high }: Scales, name: string, metric: MetricName): SVGTemplateResult {
  return svg`${roundTicks(low, high).map(
    (
      score,
    ) => svg`<line class="grid" x1=${size.left} x2=${size.width - size.right} y1=${y(score)} y2=${y(score)}></line>
      <text x=${size.left - 6} y=${y(score) + 3.5} text-anchor="end">${metricText(metric, score)}</text>`,
  )}
  ${roomy(values, x).map(
    (value) => svg`<text x=${x(value)} y=${size.height - 22} text-anchor="middle">${String(value)}</text>`,
  )}
  <text x=${size.left + area.width / 2} y=${size.height - 5} text-anchor="middle">${name}</text>`;
}

/** Numbers that do not run into each other. */
function roomy(values: readonly number[], x: (value: number) => number): number[] {
  const shown: number[] = [];
  for (const value of values) {
    const last = shown.at(-1);
    if (last === undefined || x(value) - x(last) >= 7 * String(value).length) shown.push(value);
  }
  return shown;
}

function drawn({ points, baseline }: SweepSeries, i: number, { x, y }: Scales): SVGTemplateResult {
  const { colour, dash } = lookOf(i);
  const along = (score: 'mean' | 'low' | 'high'): string[] => points.map((point) => `${x(point.x)},${y(point[score])}`);
  const band = [...along('high'), ...along('low').reverse()].join(' ');
  return svg`${bare(baseline, y)}
  <g class="swatch ${colour}">
    <polygon class="band" points=${band}></polygon>
    <polyline class="mean" points=${along('mean').join(' ')} stroke-dasharray=${dash?.join(' ') ?? 'none'}></polyline>
    ${points.map((point) => svg`<circle cx=${x(point.x)} cy=${y(point.mean)} r="3.5"></circle>`)}
  </g>`;
}

const bare = (score: number | undefined, y: Scales['y']): SVGTemplateResult =>
  score === undefined
    ? svg``
    : svg`<line class="bare swatch foreground" x1=${size.left} x2=${size.width - size.right} y1=${y(score)} y2=${y(score)}></line>`;

const bareLine: ChartLine = { label: '', colour: 'foreground', dash: [2, 4], x: [], y: [] };

const legendLine = (label: string, i: number): ChartLine => ({
  label,
  ...lookOf(i),
  shape: 'circle',
  x: [],
  y: [],
});

function spoken(title: string, series: readonly SweepSeries[], metric: MetricName): string {
  const lines = series.map(({ label, points }) =>
    [label, ...points.map(({ x, mean }) => `${x}: ${metricText(metric, mean)}`)]
      .filter((part) => part !== '')
      .join(', '),
  );
  return `${title}. ${lines.join('; ')}`;
}
