import * as l10n from '@vscode/l10n';
import { isShare, metricName, metricText, shareText, wholeNumber } from '../protocol/numbers.js';
import { comparisons, type Approach, type Comparison } from './approaches.js';
import { barChart } from './barChart.js';
import type { RunReport } from './content.js';
import { html, type Markup, type Part } from './markup.js';
import { table } from './table.js';

/** Prompt design, prompts and model tuning side by side, with how much each trains; nothing where there is nothing to compare. */
export function approachSection(runs: readonly RunReport[]): Markup | undefined {
  const found = comparisons(runs);
  return found.length === 0
    ? undefined
    : html`<h2>${l10n.t('Approaches')}</h2>
        ${found.map(oneComparison)}`;
}

function oneComparison(comparison: Comparison, i: number): Markup {
  const { model, modelParameters, metric, split, file, rows, approaches } = comparison;
  const title = l10n.t('{metric} on {split}', { metric: metricName(metric), split });
  const score = ({ mean }: Approach): string => metricText(metric, mean);
  const about = l10n.t('{model}, {parameters} parameters · {rows} rows of {file}', {
    model,
    parameters: wholeNumber(modelParameters),
    rows: wholeNumber(rows),
    file,
  });
  return html`<p class="facts">${about}</p>
    ${table({
      label: `${l10n.t('Approaches')}, ${i + 1}`,
      head: [
        l10n.t('Approach'),
        l10n.t('Trainable'),
        l10n.t('Share of the model'),
        title.charAt(0).toUpperCase() + title.slice(1),
        l10n.t('Runs'),
      ],
      numbers: [1, 2, 3, 4],
      rows: approaches.map((approach): Part[] => [
        approach.label,
        wholeNumber(approach.trainable),
        approach.trainable === 0 ? '–' : shareText(approach.trainable / modelParameters),
        html`${score(approach)}${
          approach.scores.length > 1
            ? html`<span class="facts below">${approach.scores.map((one) => metricText(metric, one)).join(', ')}</span>`
            : undefined
        }`,
        approach.trainable === 0 ? '–' : wholeNumber(approach.scores.length),
      ]),
    })}
    <div class="charts">
      ${barChart({
        id: `approaches-${i + 1}`,
        title: title.charAt(0).toUpperCase() + title.slice(1),
        bars: approaches.map((approach) => ({
          label: l10n.t('{approach}: {count} trained', {
            approach: approach.label,
            count: wholeNumber(approach.trainable),
          }),
          value: approach.mean,
          points: approach.scores,
          text: score(approach),
        })),
        ...(isShare(metric) && { full: 1 }),
      })}
    </div>`;
}
