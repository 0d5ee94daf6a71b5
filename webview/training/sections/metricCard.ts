import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { lookOf, type ChartLine, type ChartMark } from '../../common/chart/line.js';
import type { Zoom } from '../../common/chart/plot.js';
import { distanceText, isBetter, metricText, wholeNumber } from '../../../src/protocol/numbers.js';
import { bestScore, evaluationsSinceBest, type Evaluation, type RunView, type Score } from '../runView.js';

/** The number that the reader cares about, how far it is from the baseline, and its way there. */
export function metricCard(
  runs: readonly RunView[],
  zoom: Zoom | undefined,
  onZoom: (event: CustomEvent<Zoom | undefined>) => void,
): TemplateResult {
  const [view] = runs;
  const { dev, baseline } = view?.evaluations ?? {};
  const metric = (dev ?? baseline)?.metric;
  if (!view || !metric) {
    return card(l10n.t('Score on dev'), html`<p class="empty">${view && noScoreYet(view)}</p>`);
  }
  const format = (value: number): string => metricText(metric, value);
  const best = bestScore(view);
  return card(
    metric === 'accuracy' ? l10n.t('Accuracy on dev') : l10n.t('Perplexity on dev'),
    html`
      <div class="figures">${best && figure(metric, best, view)} ${testFigure(view)}</div>
      ${
        view.dev.length === 0
          ? html`<p class="empty">${noScoreYet(view)}</p>`
          : html`<softprompt-chart
              .lines=${metricLines(runs)}
              .marks=${marks(view)}
              .format=${format}
              .range=${metric === 'accuracy' ? shareRange : undefined}
              .zoom=${zoom}
              .summary=${summary(view, metric)}
              @zoom=${onZoom}
            ></softprompt-chart>`
      }
    `,
  );
}

function card(title: string, content: TemplateResult): TemplateResult {
  return html`<section class="card metric">
    <h2>${title}</h2>
    ${content}
  </section>`;
}

function figure(metric: Evaluation['metric'], best: Score, view: RunView): TemplateResult {
  const { baseline } = view.evaluations;
  const latest = view.dev.at(-1);
  const since = evaluationsSinceBest(view);
  const { earlyStopping } = view.run.plan;
  return html`<span class="big">${metricText(metric, best.value)}</span>
    ${baseline ? distance(metric, best.value, baseline.value) : nothing}
    <span class="facts">
      ${l10n.t('best, at step {step}', { step: wholeNumber(best.step) })}${
        latest && since > 0
          ? html` · ${l10n.t('latest {value}', { value: metricText(metric, latest.value) })} ·
            ${
              earlyStopping === undefined
                ? l10n.t('evaluations without a better one: {count}', { count: since })
                : l10n.t('evaluations without a better one: {count} of {most}', { count: since, most: earlyStopping })
            }`
          : nothing
      }
    </span>`;
}

function distance(metric: Evaluation['metric'], value: number, baseline: number): TemplateResult {
  const isSame = metricText(metric, value) === metricText(metric, baseline);
  const tone = isSame ? 'same' : isBetter(metric, value, baseline) ? 'better' : 'worse';
  const arrow = isSame ? 'dash' : value > baseline ? 'arrow-up' : 'arrow-down';
  return html`<span class="distance ${tone}">
    <span class="codicon codicon-${arrow}" aria-hidden="true"></span>
    ${l10n.t('{distance} against no prompt', { distance: distanceText(metric, value, baseline) })}
  </span>`;
}

function testFigure({ evaluations: { test, testBaseline } }: RunView): TemplateResult | typeof nothing {
  if (!test) return nothing;
  const { metric, value, metrics } = test;
  return html`<span class="test">
    ${l10n.t('test')} <strong>${metricText(metric, value)}</strong>
    ${testBaseline ? distance(metric, value, testBaseline.value) : nothing}
    <span class="facts">${l10n.t('{rows} rows', { rows: wholeNumber(metrics.n) })}</span>
  </span>`;
}

function noScoreYet({ run, start, evaluations: { baseline }, end }: RunView): string {
  if (end) return l10n.t('This run has no score: it has no dev rows, or ended before its first evaluation.');
  const first = wholeNumber(Math.min(run.plan.evalEvery, start?.steps ?? run.plan.steps));
  return baseline
    ? l10n.t('Without a prompt: {value}. The first score of the prompt comes at step {step}.', {
        value: metricText(baseline.metric, baseline.value),
        step: first,
      })
    : l10n.t('The first score comes at step {step}, if there are dev rows.', { step: first });
}

function metricLines(runs: readonly RunView[]): ChartLine[] {
  const [own] = runs;
  const baseline = own?.evaluations.baseline;
  const last = Math.max(...runs.map(({ lastStep }) => lastStep?.step ?? 0));
  return [
    ...runs.flatMap((view, i): ChartLine[] =>
      view.evaluations.dev?.metric === own?.evaluations.dev?.metric
        ? [
            {
              label: runs.length === 1 ? l10n.t('prompt') : view.run.name,
              x: view.dev.map(({ step }) => step),
              y: view.dev.map(({ value }) => value),
              ...lookOf(i),
            },
          ]
        : [],
    ),
    ...(baseline
      ? [
          {
            label: l10n.t('no prompt'),
            x: [0, last],
            y: [baseline.value, baseline.value],
            colour: 'foreground' as const,
            dash: [6, 5],
          },
        ]
      : []),
  ];
}

function marks(view: RunView): ChartMark[] {
  const best = bestScore(view);
  return [
    ...(best ? [{ x: best.step, label: l10n.t('best') }] : []),
    ...(view.end?.reason === 'earlyStopping' ? [{ x: view.end.step, label: l10n.t('stopped early') }] : []),
  ];
}

/** A part of a whole has a fixed end, and small changes near it should not fill the chart. */
function shareRange(low: number, high: number): [number, number] {
  const pad = Math.max(0.02, 0.12 * (high - low));
  return [Math.max(0, low - pad), Math.min(1, high + pad)];
}

function summary(view: RunView, metric: Evaluation['metric']): string {
  const best = bestScore(view);
  const latest = view.dev.at(-1);
  const { baseline } = view.evaluations;
  if (!best || !latest) return '';
  const said = l10n.t('{count} evaluations; best {best} at step {step}, latest {latest}.', {
    count: view.dev.length,
    best: metricText(metric, best.value),
    step: wholeNumber(best.step),
    latest: metricText(metric, latest.value),
  });
  return baseline
    ? `${said} ${l10n.t('Without a prompt {value}.', { value: metricText(metric, baseline.value) })}`
    : said;
}
