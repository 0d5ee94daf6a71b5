import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { lookOf, type ChartLine } from '../../common/chart/line.js';
import type { Zoom } from '../../common/chart/plot.js';
import { shortNumber } from '../../../src/protocol/numbers.js';
import type { RunView } from '../runView.js';

/** For those who want to know why: the learning rate's schedule and the size of the gradient. */
export function rateCards(
  runs: readonly RunView[],
  zoom: Zoom | undefined,
  onZoom: (event: CustomEvent<Zoom | undefined>) => void,
): TemplateResult {
  const chart = (title: string, of: 'learningRate' | 'gradientNorm'): TemplateResult => {
    const lines = runs.map((view, i): ChartLine => {
      const { colour, dash } = lookOf(i);
      return {
        label: runs.length === 1 ? title : view.run.name,
        x: view.steps.step.values(),
        y: view.steps[of].values(),
        colour,
        ...(dash && { dash }),
      };
    });
    const values = lines[0]?.y ?? [];
    return html`<section class="card">
      <h3>${title}</h3>
      <softprompt-chart
        .lines=${lines}
        .format=${shortNumber}
        .zoom=${zoom}
        .summary=${l10n.t('{what}: from {first} to {last}.', {
          what: title,
          first: shortNumber(values[0] ?? 0),
          last: shortNumber(values[values.length - 1] ?? 0),
        })}
        @zoom=${onZoom}
      ></softprompt-chart>
    </section>`;
  };
  return html`<div class="columns">
    ${chart(l10n.t('Learning rate'), 'learningRate')} ${chart(l10n.t('Gradient norm'), 'gradientNorm')}
  </div>`;
}
