import * as l10n from '@vscode/l10n';
import type { Diagnosis } from '../evaluation/doctor.js';
import type { EvaluateResult } from '../evaluation/evaluatePrompt.js';
import type { JudgedRow, MetricName, Metrics } from '../protocol/events.js';
import { distanceText, metricName, metricText, wholeNumber } from '../protocol/numbers.js';
import { clipped, columnLines, styled, type Screen } from './terminal.js';

/** Wrong rows that are shown; `--json` has all. */
const shownRows = 10;

/** The result of `evaluate`: score beside the baseline's, the confusion matrix, the surest of the wrong rows. */
export function evaluationLines({ metrics, baseline, rows }: EvaluateResult, file: string, screen: Screen): string[] {
  const wrong = rows.filter(({ expected, predicted }) => expected !== predicted);
  const sections = [
    scoreTable(metrics, baseline, screen),
    confusionLines(metrics, screen),
    wrong.length === 0 ? [] : wrongLines(wrong, file, screen),
  ];
  return sections.flatMap((lines, i) => (i === 0 || lines.length === 0 ? lines : ['', ...lines]));
}

function scoreTable(metrics: Metrics, baseline: Metrics | undefined, screen: Screen): string[] {
  const row = (name: string, metric: MetricName, value?: number, other?: number): string[][] =>
    value === undefined
      ? []
      : [
          [
            name,
            other === undefined ? '–' : metricText(metric, other),
            metricText(metric, value),
            other === undefined ? '' : distanceText(metric, value, other),
          ],
        ];
  const [head, ...body] = columnLines([
    [l10n.t('{rows} rows', { rows: wholeNumber(metrics.n) }), l10n.t('no prompt'), l10n.t('prompt'), ''],
    ...row(metricName('accuracy'), 'accuracy', metrics.accuracy, baseline?.accuracy),
    ...row(l10n.t('macro-F1'), 'accuracy', metrics.macroF1, baseline?.macroF1),
    ...row(metricName('perplexity'), 'perplexity', metrics.perplexity, baseline?.perplexity),
  ]);
  return [styled(screen, 'bold', head ?? ''), ...body];
}

function confusionLines({ labels, confusion }: Metrics, screen: Screen): string[] {
  if (labels === undefined || confusion === undefined) return [];
  const names = labels.map((label) => clipped(label, 16));
  const rows = confusion.map((counts, i) => [names[i] ?? '', ...counts.map(String)]);
  const lines = columnLines([['', ...names], ...rows]).map((line) => clipped(line, screen.columns - 1));
  return [
    styled(screen, 'bold', l10n.t('Confusion: a line for each expected label, a column for each predicted one')),
    ...lines,
  ];
}

function wrongLines(wrong: readonly JudgedRow[], file: string, screen: Screen): string[] {
  const surest = [...wrong].sort((a, b) => b.probability - a.probability).slice(0, shownRows);
  const title = l10n.t('Wrong rows: {wrong}; the surest of them', { wrong: wholeNumber(wrong.length) });
  const rows = surest.map(({ line, expected, predicted, probability }) => [
    `${file}:${line}`,
    l10n.t('expected {expected}', { expected: clipped(expected, 24) }),
    l10n.t('predicted {predicted}', { predicted: clipped(predicted, 24) }),
    `${(100 * probability).toFixed(0)} %`,
  ]);
  return [styled(screen, 'bold', title), ...columnLines(rows)];
}

/** What `doctor` found: marks are words and signs, never a colour alone. */
export function diagnosisLines({ node, providers, models }: Diagnosis, screen: Screen): string[] {
  const mark = (good: boolean): string => (good ? styled(screen, 'green', '✓') : styled(screen, 'red', '✗'));
  return [
    `Node ${node}`,
    '',
    styled(screen, 'bold', l10n.t('Execution providers')),
    ...providers.map(({ name, works, reason }) => `${mark(works)} ${name}${reason === undefined ? '' : `: ${reason}`}`),
    '',
    styled(screen, 'bold', l10n.t('Base models')),
    ...(models.length === 0 ? [l10n.t('none found here or in the Hugging Face cache')] : []),
    ...models.flatMap(({ name, path, usable, reason }) => [
      `${mark(usable)} ${name}`,
      `    ${path}`,
      ...(reason === undefined ? [] : [`    ${reason}`]),
    ]),
  ];
}
