import * as l10n from '@vscode/l10n';
import {
  signedDistance,
  duration,
  methodName,
  metricName,
  metricText,
  shareText,
  wholeNumber,
} from '../protocol/numbers.js';
import { trainsPrompt } from '../protocol/recipe.js';
import { stateName } from '../protocol/runState.js';
import { splitScore } from '../protocol/splitScore.js';
import type { RunReport } from './content.js';
import { html, type Markup, type Part } from './markup.js';
import { comparisonChart } from './runCharts.js';
import { table } from './table.js';

/** All runs beside one another, each a line that leads to its section. */
export function overview(runs: readonly RunReport[]): Markup {
  const rows = runs.map((run, i): Part[] => {
    const { name, recipe, told, outcome } = run;
    const { start } = told;
    return [
      html`<a href="#run-${i + 1}">${name}</a>${smaller(run.id === name ? undefined : run.id)}${
          run.state === 'finished' ? undefined : smaller(stateName(run.state))
        }`,
      methodName(recipe.method.peft_type),
      start?.model ?? recipe.model,
      trainsPrompt(recipe.method) ? wholeNumber(recipe.method.num_virtual_tokens) : '–',
      start ? html`${wholeNumber(start.trainable)}${smaller(shareText(start.trainable / start.modelParameters))}` : '–',
      outcome ? wholeNumber(outcome.bestStep) : '–',
      scoreCell(run, 'dev'),
      scoreCell(run, 'test'),
      outcome ? duration(outcome.seconds) : '–',
    ];
  });
  const chart = comparisonChart(runs);
  return html`<h2>${l10n.t('Overview')}</h2>
    ${table({
      label: l10n.t('Overview'),
      head: [
        l10n.t('Run'),
        l10n.t('Method'),
        l10n.t('Base model'),
        l10n.t('Virtual tokens'),
        l10n.t('Trainable'),
        l10n.t('Best step'),
        l10n.t('dev'),
        l10n.t('test'),
        l10n.t('Time'),
      ],
      rows,
      numbers: [3, 4, 5, 8],
    })}
    ${chart && html`<div class="charts">${chart}</div>`}`;
}

function scoreCell({ told }: RunReport, split: 'dev' | 'test'): Part {
  const scored = splitScore(told.evaluations, split);
  if (!scored) return '–';
  const { metric, value } = scored.prompt;
  const score = html`${metricText(metric, value)} ${metricName(metric)}`;
  if (!scored.baseline) return score;
  const baseline = scored.baseline.value;
  const beside = l10n.t('no prompt {value} ({distance})', {
    value: metricText(metric, baseline),
    distance: signedDistance(metric, value, baseline),
  });
  return html`${score}${smaller(beside)}`;
}

const smaller = (text: string | undefined): Markup | undefined =>
  text === undefined ? undefined : html`<span class="facts below">${text}</span>`;
