import * as l10n from '@vscode/l10n';
import type { MetricName } from '../protocol/events.js';
import { metricName, metricText, scoreAxis } from '../protocol/numbers.js';
import { axisFields, seriesOver } from '../protocol/sweepSeries.js';
import { fieldNames, meanText, summariseSweep, valueText, type SweepSummary } from '../protocol/sweepTable.js';
import type { SweepReport } from './content.js';
import { equalLooks, lineChart, type Chart, type ChartLine } from './lineChart.js';
import { html, type Markup, type Part } from './markup.js';
import { table } from './table.js';

/** A sweep's runs, their seeds together: score against each field that has numbers, with a band over the seeds, and all combinations. */
export function sweepSection({ table: told }: SweepReport): Markup {
  const summary = summariseSweep(told);
  const { name, results } = told;
  const done = results.filter(({ state }) => state === 'finished').length;
  const charts = sweepCharts(summary, name).flatMap((chart) => lineChart(chart) ?? []);
  return html`<article class="run" aria-labelledby="sweep-${name}">
    <h2 id="sweep-${name}">${l10n.t('Sweep {name}', { name })}</h2>
    <p class="facts">
      ${l10n.t('{done} of {total} runs finished', { done, total: results.length })}${
        charts.length === 0 ? '' : ` · ${l10n.t('mean, with one deviation over the seeds')}`
      }
    </p>
    ${charts.length > 0 ? html`<div class="charts">${charts}</div>` : undefined} ${combinations(summary, name)}
  </article>`;
}

/** A chart for each field with numbers; none before the first score, nor of more lines than can be told apart. */
export function sweepCharts(summary: SweepSummary, name: string): Chart[] {
  const { score } = summary;
  if (!score) return [];
  return axisFields(summary).flatMap((field): Chart[] => {
    const series = seriesOver(summary, field);
    if (series.length > equalLooks.length) return [];
    const lines = series.map(({ label, points }, i): ChartLine => ({
      label: label === '' ? l10n.t('prompt') : label,
      look: equalLooks[i] ?? 'first',
      points: points.map(({ x, mean }) => [x, mean]),
      spreads: points.map(({ mean, high }) => high - mean),
    }));
    const values = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
    const [first = 0] = values;
    const bare = [...new Set(series.flatMap(({ baseline }) => baseline ?? []))];
    const [called = field] = fieldNames([field]);
    const title = l10n.t('{metric} on {split} by {field}', {
      metric: metricName(score.metric),
      split: score.split,
      field: called,
    });
    return [
      {
        id: `sweep-${name}-${field}`,
        title: title.charAt(0).toUpperCase() + title.slice(1),
        format: (value) => metricText(score.metric, value),
        axis: scoreAxis(score.metric),
        tried: { name: called, values },
        lines: [
          ...lines,
          ...bare.map((value): ChartLine => ({ label: l10n.t('no prompt'), look: 'level', points: [[first, value]] })),
        ],
      },
    ];
  });
}

function combinations({ fields, score, rows, best }: SweepSummary, name: string): Markup {
  const isCompared = rows.some(({ baseline }) => baseline !== undefined);
  const shown = (metric: MetricName, value: number | undefined): string =>
    value === undefined ? '–' : metricText(metric, value);
  return table({
    label: l10n.t('Sweep {name}', { name }),
    head: [
      ...fieldNames(fields),
      l10n.t('Runs'),
      score ? `${score.split} ${metricName(score.metric)}` : l10n.t('Score'),
      ...(isCompared ? [l10n.t('no prompt')] : []),
    ],
    rows: rows.map((row, i): Part[] => {
      const mean = score ? meanText(score.metric, row.mean, row.deviation) : '–';
      return [
        ...fields.map((field) => valueText(row.values[field])),
        `${row.scores.length}/${row.runs}`,
        i === best && rows.length > 1 ? html`<strong>${mean}</strong>` : mean,
        ...(isCompared && score ? [shown(score.metric, row.baseline)] : []),
      ];
    }),
    numbers: [fields.length, fields.length + 1, fields.length + 2],
  });
}
