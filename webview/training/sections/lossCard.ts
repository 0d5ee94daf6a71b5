import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { lookOf, type ChartLine } from '../../common/chart/line.js';
import type { Zoom } from '../../common/chart/plot.js';
import type { Choices } from '../host.js';
import { wholeNumber } from '../../../src/protocol/numbers.js';
import { lossText } from '../numbers.js';
import type { RunView } from '../runView.js';
import type { Smoothed } from '../smoothing.js';

export const smoothings = [0, 0.6, 0.9, 0.98] as const;

interface LossCard {
  readonly runs: readonly RunView[];
  readonly smooth: (view: RunView) => Smoothed;
  readonly choices: Choices;
  readonly choose: (choice: Partial<Choices>) => void;
  readonly zoom: Zoom | undefined;
  readonly onZoom: (event: CustomEvent<Zoom | undefined>) => void;
}

/** How training goes: each step's loss, its trend, and the loss on dev. */
export function lossCard({ runs, smooth, choices, choose, zoom, onZoom }: LossCard): TemplateResult {
  const lines = lossLines(runs, smooth);
  return html`<section class="card">
    <h2>
      ${l10n.t('Loss')}
      <span class="controls">
        <vscode-checkbox
          .checked=${choices.logScale}
          label=${l10n.t('Log scale')}
          @change=${({ target }: { target: HTMLInputElement }) => choose({ logScale: target.checked })}
        ></vscode-checkbox>
        <label for="smoothing">${l10n.t('Smoothing')}</label>
        <vscode-single-select
          id="smoothing"
          label=${l10n.t('Smoothing')}
          @change=${({ target }: { target: HTMLSelectElement }) => choose({ smoothing: Number(target.value) })}
        >
          ${smoothings.map(
            (beta) =>
              html`<vscode-option value=${beta} ?selected=${beta === choices.smoothing}
                >${beta === 0 ? l10n.t('off') : beta}</vscode-option
              >`,
          )}
        </vscode-single-select>
      </span>
    </h2>
    ${
      (lines[0]?.x.length ?? 0) === 0
        ? html`<p class="empty">${l10n.t('The loss is drawn from the first step on.')}</p>`
        : html`<softprompt-chart
            .lines=${lines}
            .logScale=${choices.logScale}
            .format=${lossText}
            .zoom=${zoom}
            .summary=${summary(runs[0], lines)}
            @zoom=${onZoom}
          ></softprompt-chart>`
    }
  </section>`;
}

function lossLines(runs: readonly RunView[], smooth: LossCard['smooth']): ChartLine[] {
  const isAlone = runs.length === 1;
  return runs.flatMap((view, i): ChartLine[] => {
    const { colour, dash } = lookOf(i);
    const x = view.steps.step.values();
    const raw = view.steps.loss.values();
    const smoothing = smooth(view);
    const trend: ChartLine = {
      label: isAlone ? (smoothing.beta === 0 ? l10n.t('train') : l10n.t('train, smoothed')) : view.run.name,
      x,
      y: smoothing.extend(raw),
      colour,
      ...(dash && { dash }),
    };
    if (!isAlone) return [trend];
    const devLoss: ChartLine = {
      label: l10n.t('dev'),
      x: view.dev.map(({ step }) => step),
      y: view.dev.map(({ loss }) => loss),
      colour: 'yellow',
      shape: 'square',
    };
    const points: ChartLine = { label: l10n.t('each step'), x, y: raw, colour, shape: 'dot', pointsOnly: true };
    return [...(smoothing.beta === 0 ? [] : [points]), trend, ...(view.dev.length > 0 ? [devLoss] : [])];
  });
}

function summary(view: RunView | undefined, lines: readonly ChartLine[]): string {
  const raw = view?.steps.loss.values() ?? [];
  const trend = lines.find(({ pointsOnly }) => !pointsOnly)?.y ?? [];
  return l10n.t('Training loss over {count} steps: from {first} to {last}, smoothed.', {
    count: wholeNumber(raw.length),
    first: lossText(raw[0] ?? 0),
    last: lossText(trend[trend.length - 1] ?? 0),
  });
}
