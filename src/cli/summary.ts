import * as l10n from '@vscode/l10n';
import { chart } from './chart.js';
import { meaningLines, nearestLines } from './nearestTable.js';
import type { EventOf } from '../protocol/events.js';
import { distanceText, duration, metricName, metricText, wholeNumber } from '../protocol/numbers.js';
import { splitScore } from '../protocol/splitScore.js';
import type { RunHistory } from './runHistory.js';
import { clipped, columnLines, styled, type Screen } from './terminal.js';

/** What a person reads at the end: scores beside the baseline's, charts, nearest tokens, where the prompt is and what to try next. */
export function summaryLines(end: EventOf<'end'>, history: RunHistory, screen: Screen): string[] {
  const sections = [
    [history.start?.groups ? groupsOutcome(end, history) : outcome(end)],
    scoreLines(history, screen),
    groupScoreLines(history, screen),
    // Of groups, one after the other, it is a saw.
    history.start?.groups
      ? []
      : chart(
          styled(screen, 'bold', l10n.t('Loss, smoothed')),
          history.steps.map(({ step, smoothedLoss }) => ({ x: step, y: smoothedLoss })),
          screen,
        ),
    devChart(history, screen),
    history.nearest
      ? [
          styled(screen, 'bold', l10n.t('Nearest tokens, by cosine similarity')),
          ...meaningLines(history.start?.method, screen),
          ...nearestLines(history.nearest.tokens, screen),
        ]
      : [],
    nextLines(end, history, screen),
  ];
  return sections.flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines]));
}

function outcome({ reason, step, bestStep, seconds }: EventOf<'end'>): string {
  const args = { step: wholeNumber(step), bestStep: wholeNumber(bestStep), time: duration(seconds) };
  switch (reason) {
    case 'finished':
      return l10n.t('Finished after {step} steps and {time}; kept is step {bestStep}, the best.', args);
    case 'earlyStopping':
      return l10n.t(
        'Stopped early after {step} steps and {time}, as dev got no better; kept is step {bestStep}, the best.',
        args,
      );
    case 'stopped':
      return l10n.t(
        'Stopped at your wish after {step} steps and {time}; saved is step {bestStep}, the best so far.',
        args,
      );
  }
}

function groupsOutcome({ reason, seconds }: EventOf<'end'>, { start, groups }: RunHistory): string {
  const args = {
    done: wholeNumber(groups.length),
    count: wholeNumber(start?.groups?.count ?? 0),
    time: duration(seconds),
  };
  return reason === 'stopped'
    ? l10n.t('Stopped at your wish after {time}; saved are the prompts of {done} of {count} groups.', args)
    : l10n.t('Finished after {time}: the prompts of {count} groups.', args);
}

/** How the groups' scores on their dev rows lie. */
function groupScoreLines({ groups }: RunHistory, screen: Screen): string[] {
  const scores = groups.flatMap(({ group, score }) => (score ? [{ group, ...score }] : []));
  const [first] = scores;
  if (!first) return [];
  const { metric } = first;
  const sorted = scores.toSorted((a, b) => a.value - b.value);
  const mean = scores.reduce((sum, { value }) => sum + value, 0) / scores.length;
  const told = ({ group, value }: { readonly group: string; readonly value: number }): string =>
    `${metricText(metric, value)} (${clipped(group, 24)})`;
  return [
    styled(screen, 'bold', l10n.t('{metric} of each group on its own dev rows', { metric: metricName(metric) })),
    l10n.t('mean {mean}, from {lowest} to {highest}', {
      mean: metricText(metric, mean),
      lowest: told(sorted[0] ?? first),
      highest: told(sorted.at(-1) ?? first),
    }),
  ];
}

function scoreLines({ evaluations }: RunHistory, screen: Screen): string[] {
  const rows = (['dev', 'test'] as const).flatMap((split) => {
    const scored = splitScore(evaluations, split);
    if (!scored) return [];
    const { prompt, baseline } = scored;
    const { metric, value, metrics } = prompt;
    return [
      [
        l10n.t('{split}, {rows} rows', { split, rows: wholeNumber(metrics.n) }),
        metricName(metric),
        baseline ? metricText(metric, baseline.value) : '–',
        metricText(metric, value),
        baseline ? distanceText(metric, value, baseline.value) : '',
      ],
    ];
  });
  if (rows.length === 0) return [];
  const [head, ...body] = columnLines([['', '', l10n.t('no prompt'), l10n.t('prompt'), ''], ...rows]);
  return [styled(screen, 'bold', head ?? ''), ...body];
}

function devChart({ evaluations }: RunHistory, screen: Screen): string[] {
  const dev = evaluations.filter(({ split, baseline }) => split === 'dev' && !baseline);
  const [first] = dev;
  if (!first) return [];
  const { metric } = first;
  const title = l10n.t('{metric} on {split}', { metric: metricName(metric), split: 'dev' });
  const points = dev.map(({ step, value }) => ({ x: step, y: value }));
  return chart(styled(screen, 'bold', title.charAt(0).toUpperCase() + title.slice(1)), points, screen, (y) =>
    metricText(metric, y),
  );
}

function nextLines({ reason, folder }: EventOf<'end'>, { start, nearest }: RunHistory, screen: Screen): string[] {
  const command = (text: string): string => `  ${styled(screen, 'cyan', text)}`;
  if (start?.method === 'MODEL_TUNING') {
    const next = reason === 'stopped' ? `softprompt resume ${start.run}` : `softprompt report ${start.run}`;
    return [l10n.t('Kept in {folder}', { folder }), l10n.t('Next:'), command(next)];
  }
  const prompt = start?.prompt ?? folder;
  return [
    l10n.t('Saved in {folder}', { folder }),
    l10n.t('Next:'),
    ...(reason === 'stopped' && start ? [command(`softprompt resume ${start.run}`)] : []),
    command(`softprompt evaluate ${prompt} FILE`),
    ...(start?.groups ? [command(`softprompt groups ${prompt}`)] : []),
    // What has no neighbours among the tokens cannot be looked at.
    ...(nearest ? [command(`softprompt interpret ${prompt}`)] : []),
  ];
}
