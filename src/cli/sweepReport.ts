import * as l10n from '@vscode/l10n';
import { describeMessage } from '../errors/catalogue.js';
import { duration, metricName, metricText } from '../protocol/numbers.js';
import {
  fieldNames,
  meanText,
  summariseSweep,
  valuesText,
  valueText,
  type SweepResult,
  type SweepSummary,
  type SweepTable,
} from '../protocol/sweepTable.js';
import { chart } from './chart.js';
import { columnLines, styled, type Screen } from './terminal.js';

/** 3/12  num_virtual_tokens 20, seed 1: test accuracy 87.3 %, 41 s */
export function resultLine(result: SweepResult, done: number, total: number, screen: Screen): string {
  const place = `${String(done).padStart(String(total).length)}/${total}`;
  return `${styled(screen, 'dim', place)}  ${valuesText(result.values) || result.name}: ${resultText(result, screen)}`;
}

function resultText({ state, dev, test, seconds, error }: SweepResult, screen: Screen): string {
  switch (state) {
    case 'finished': {
      const [split, score] = test ? ['test', test] : ['dev', dev];
      const told = score
        ? `${split ?? ''} ${metricName(score.metric)} ${styled(screen, 'bold', metricText(score.metric, score.value))}`
        : l10n.t('finished');
      return seconds === undefined ? told : `${told}, ${duration(seconds)}`;
    }
    case 'failed':
      return styled(screen, 'red', l10n.t('failed: {reason}', { reason: error ? describeMessage(error).message : '' }));
    case 'stopped':
      return l10n.t('stopped; it goes on when the sweep is run again');
    case 'running':
      return l10n.t('running');
    case 'waiting':
      return l10n.t('not run yet');
  }
}

/** The table with a line for each combination, seeds together; a chart where one field with numbers is varied; and what is missing. */
export function sweepLines(table: SweepTable, screen: Screen): string[] {
  const summary = summariseSweep(table);
  const missing = table.results.filter(({ state }) => state !== 'finished');
  const sections = [
    tableLines(summary, screen),
    chartLines(summary, screen),
    missing.map((result) => `${result.name}: ${resultText(result, screen)}`),
  ];
  return sections.flatMap((lines, i) => (i === 0 || lines.length === 0 ? lines : ['', ...lines]));
}

function tableLines({ fields, score, rows, best }: SweepSummary, screen: Screen): string[] {
  const isCompared = rows.some(({ baseline }) => baseline !== undefined);
  const [head = '', ...body] = columnLines([
    [
      ...fieldNames(fields),
      l10n.t('runs'),
      score ? `${score.split} ${metricName(score.metric)}` : l10n.t('score'),
      ...(isCompared ? [l10n.t('no prompt')] : []),
    ],
    ...rows.map((row) => [
      ...fields.map((field) => valueText(row.values[field])),
      row.scores.length === row.runs ? String(row.runs) : `${row.scores.length}/${row.runs}`,
      score ? meanText(score.metric, row.mean, row.deviation) : '–',
      ...(isCompared && score ? [row.baseline === undefined ? '–' : metricText(score.metric, row.baseline)] : []),
    ]),
  ]);
  return [
    styled(screen, 'bold', head),
    ...body.map((line, i) => (i === best && rows.length > 1 ? styled(screen, 'bold', line) : line)),
  ];
}

function chartLines({ fields, score, rows }: SweepSummary, screen: Screen): string[] {
  const [field, ...others] = fields;
  if (field === undefined || others.length > 0 || !score) return [];
  const points = rows.flatMap(({ values, mean }) => {
    const x = values[field];
    return typeof x === 'number' && mean !== undefined ? [{ x, y: mean }] : [];
  });
  if (points.length < rows.length) return [];
  const [name = field] = fieldNames(fields);
  const title = l10n.t('{metric} on {split} by {field}', {
    metric: metricName(score.metric),
    split: score.split,
    field: name,
  });
  return chart(
    styled(screen, 'bold', title.charAt(0).toUpperCase() + title.slice(1)),
    points.sort((a, b) => a.x - b.x),
    screen,
    (y) => metricText(score.metric, y),
  );
}
