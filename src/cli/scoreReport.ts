import * as l10n from '@vscode/l10n';
import type { Diagnosis } from '../evaluation/doctor.js';
import type { EvaluateResult } from '../evaluation/evaluatePrompt.js';
import { metricNames, type JudgedRow, type MetricName, type Metrics } from '../protocol/events.js';
import { worstFirst, type GroupScores } from '../protocol/groupScores.js';
import { distanceText, metricName, metricText, wholeNumber } from '../protocol/numbers.js';
import { clipped, columnLines, styled, type Screen } from './terminal.js';

/** Wrong rows that are shown; `--json` has all. */
const shownRows = 10;

/** The result of `evaluate`: scores beside the baselines', how sure they are, labels, confusion, the surest of the wrong rows. */
export function evaluationLines(result: EvaluateResult, file: string, screen: Screen): string[] {
  const { metrics, rows } = result;
  const wrong = rows.filter(({ right }) => !right);
  const sections = [
    [...scoreTable(result, screen), ...certaintyLines(result)],
    result.groups ? groupLines(result.groups, screen) : [],
    result.against ? comparisonLines(result.against) : [],
    labelLines(metrics, screen),
    confusionLines(metrics, screen),
    wrong.length === 0 ? [] : wrongLines(wrong, file, screen),
  ];
  return sections.flatMap((lines, i) => (i === 0 || lines.length === 0 ? lines : ['', ...lines]));
}

function scoreTable({ metrics, baselines }: EvaluateResult, screen: Screen): string[] {
  const { none, examples } = baselines;
  const text = (metric: MetricName, scores: Metrics | undefined): string => {
    const value = scores?.[metric];
    return value === undefined ? '–' : metricText(metric, value);
  };
  const rows = metricNames.flatMap((metric): string[][] => {
    const value = metrics[metric];
    if (value === undefined) return [];
    const other = none?.[metric];
    return [
      [
        metricName(metric),
        text(metric, none),
        ...(examples ? [text(metric, examples.metrics)] : []),
        metricText(metric, value),
        other === undefined ? '' : distanceText(metric, value, other),
      ],
    ];
  });
  const [head, ...body] = columnLines([
    [
      l10n.t('{rows} rows', { rows: wholeNumber(metrics.n) }),
      l10n.t('no prompt'),
      ...(examples ? [designName(examples.count)] : []),
      l10n.t('prompt'),
      '',
    ],
    ...rows,
  ]);
  return [styled(screen, 'bold', head ?? ''), ...body];
}

const designName = (count: number): string =>
  count === 0 ? l10n.t('instruction') : l10n.t('{count} examples as text', { count });

function certaintyLines({ metrics, interval, calibration }: EvaluateResult): string[] {
  const metric = metrics.accuracy === undefined ? 'perplexity' : 'accuracy';
  return [
    ...(interval
      ? [
          l10n.t('{metric}: 95 % interval from {low} to {high}', {
            metric: metricName(metric),
            low: metricText(metric, interval.low),
            high: metricText(metric, interval.high),
          }),
        ]
      : []),
    ...(calibration ? [l10n.t('calibration error {error}', { error: metricText('accuracy', calibration.error) })] : []),
  ];
}

/** Groups that are shown of many: the lowest; `--json` has all. */
const shownGroups = 10;

function groupLines(groups: GroupScores, screen: Screen): string[] {
  const { column, metric, scores, bareRows } = groups;
  const shown = worstFirst(groups)
    .slice(0, shownGroups)
    .map(({ group, rows, value, bare }) => [
      clipped(group, 40),
      l10n.t('{rows} rows', { rows: wholeNumber(rows) }),
      metricText(metric, value),
      bare ? l10n.t('no prompt') : '',
    ]);
  const title =
    scores.length > shownGroups
      ? l10n.t('By {column}: {count}, the worst of them', { column, count: wholeNumber(scores.length) })
      : l10n.t('By {column}: {count}, the worst first', { column, count: wholeNumber(scores.length) });
  const bare = l10n.t('Rows of groups without a prompt, answered by the bare model: {rows}', {
    rows: wholeNumber(bareRows),
  });
  return [styled(screen, 'bold', title), ...columnLines(shown), ...(bareRows > 0 ? [bare] : [])];
}

function comparisonLines({ prompt, metrics, comparison }: NonNullable<EvaluateResult['against']>): string[] {
  const { metric, difference, interval, pValue, test } = comparison;
  const distance = (value: number): string => distanceText(metric, value, 0);
  return [
    l10n.t('{prompt} on the same rows: {metric} {value}', {
      prompt,
      metric: metricName(metric),
      value: metricText(metric, metrics[metric] ?? NaN),
    }),
    l10n.t('difference {difference}, 95 % interval from {low} to {high}; p = {p} ({test})', {
      difference: distance(difference),
      low: distance(interval.low),
      high: distance(interval.high),
      p: pValue.toPrecision(2),
      test: test === 'mcNemar' ? l10n.t('McNemar’s exact test') : l10n.t('approximate randomisation'),
    }),
  ];
}

function labelLines({ perLabel = [] }: Metrics, screen: Screen): string[] {
  if (perLabel.length === 0) return [];
  const share = (value: number): string => metricText('accuracy', value);
  const [head, ...body] = columnLines([
    [l10n.t('label'), l10n.t('precision'), l10n.t('recall'), 'F1', l10n.t('rows')],
    ...perLabel.map(({ label, precision, recall, f1, support }) => [
      clipped(label, 24),
      share(precision),
      share(recall),
      share(f1),
      wholeNumber(support),
    ]),
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
