import * as l10n from '@vscode/l10n';
import type { EventOf } from '../protocol/events.js';
import { isShare, metricName, metricText, shortNumber } from '../protocol/numbers.js';
import type { ToldOfRun } from './content.js';
import { lineChart } from './lineChart.js';
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
  if (!first) return undefined;
  const { metric } = first;
  const points = (of: readonly EventOf<'evaluation'>[]): Point[] => of.map(({ step, value }) => [step, value]);
  const title = l10n.t('{metric} on {split}', { metric: metricName(metric), split: 'dev' });
  return lineChart({
    id: `${id}-dev`,
    title: title.charAt(0).toUpperCase() + title.slice(1),
    format: (value) => metricText(metric, value),
    axis: isShare(metric) ? { scale: 100, unit: '' } : { scale: 1, unit: '' },
    lines: [
      { label: l10n.t('prompt'), look: 'second', points: points(dev) },
      { label: l10n.t('no prompt'), look: 'level', points: points(bare) },
    ],
  });
}
