import * as l10n from '@vscode/l10n';
import type { EventOf, MetricName } from '../protocol/events.js';
import { metricName, metricText, scoreAxis, shortNumber } from '../protocol/numbers.js';
import type { RunReport, ToldOfRun } from './content.js';
import { equalLooks, lineChart, type Chart } from './lineChart.js';
import { html, type Markup } from './markup.js';
import type { Point } from './thinned.js';

/** A run's loss, its score on dev and its learning rate, by step; nothing before the second step. */
export function runCharts({ steps, evaluations }: ToldOfRun, id: string): Markup | undefined {
  const dev = evaluations.filter(({ split, baseline }) => split === 'dev' && !baseline);
  const bare = evaluations.filter(({ split, baseline }) => split === 'dev' && baseline);
  const ofSteps = (value: (step: EventOf<'step'>) => number): Point[] =>
    steps.map((event) => [event.step, value(event)]);
  const charts = [
    lineChart({
      id: `${id}-loss`,
      title: l10n.t('Loss'),
      format: shortNumber,
      lines: [
        { label: l10n.t('each batch'), look: 'faint', points: ofSteps(({ loss }) => loss) },
        { label: l10n.t('smoothed'), look: 'first', points: ofSteps(({ smoothedLoss }) => smoothedLoss) },
        { label: l10n.t('dev'), look: 'second', points: dev.map(({ step, loss }) => [step, loss]) },
      ],
    }),
    devChart(dev, bare, id),
    lineChart({
      id: `${id}-rate`,
      title: l10n.t('Learning rate'),
      format: shortNumber,
      lines: [{ label: l10n.t('Learning rate'), look: 'first', points: ofSteps(({ learningRate }) => learningRate) }],
    }),
  ];
  const drawn = charts.filter((chart) => chart !== undefined);
  return drawn.length === 0 ? undefined : html`<div class="charts">${drawn}</div>`;
}

function devChart(
  dev: readonly EventOf<'evaluation'>[],
  bare: readonly EventOf<'evaluation'>[],
  id: string,
): Markup | undefined {
  const [first] = dev;
  return (
    first &&
    lineChart({
      ...scoreChart(first.metric, `${id}-dev`),
      lines: [
        { label: l10n.t('prompt'), look: 'second', points: scores(dev) },
        { label: l10n.t('no prompt'), look: 'level', points: scores(bare) },
      ],
    })
  );
}

/** The scores on dev of several runs, where these are of one metric and so few that their lines can be told apart. */
export function comparisonChart(runs: readonly RunReport[]): Markup | undefined {
  const dev = runs.flatMap(({ name, id, told }) => {
    const points = told.evaluations.filter(({ split, baseline }) => split === 'dev' && !baseline);
    const [first] = points;
    return first ? [{ name, id, metric: first.metric, points: scores(points) }] : [];
  });
  const [first] = dev;
  if (!first || dev.length < 2 || dev.length > equalLooks.length) return undefined;
  if (dev.some(({ metric }) => metric !== first.metric)) return undefined;
  const isTaken = (name: string): boolean => dev.filter((run) => run.name === name).length > 1;
  return lineChart({
    ...scoreChart(first.metric, 'all-dev'),
    lines: dev.map(({ name, id, points }, i) => ({
      label: isTaken(name) ? id : name,
      look: equalLooks[i] ?? 'first',
      points,
    })),
  });
}

const scores = (evaluations: readonly EventOf<'evaluation'>[]): Point[] =>
  evaluations.map(({ step, value }) => [step, value]);

function scoreChart(metric: MetricName, id: string): Omit<Chart, 'lines'> {
  const title = l10n.t('{metric} on {split}', { metric: metricName(metric), split: 'dev' });
  return {
    id,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    format: (value) => metricText(metric, value),
    axis: scoreAxis(metric),
  };
}
