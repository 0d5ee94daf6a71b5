import * as l10n from '@vscode/l10n';
import { describeNotice } from '../errors/notices.js';
import type { EventOf, RunEvent } from '../protocol/events.js';
import {
  distanceText,
  isBetter,
  methodName,
  metricName,
  metricText,
  shareText,
  shortNumber,
  timeLeft,
  wholeNumber,
} from '../protocol/numbers.js';
import { remember, type RunHistory } from './runHistory.js';
import { summaryLines } from './summary.js';
import { clipped, displayWidth, styled, type Screen } from './terminal.js';

/** A run's events in words for a terminal. */
export interface RunReport {
  /** The lines to print for an event. */
  add(event: RunEvent): readonly string[];
  /** The line of progress to keep below them; none before the first step and after the end. */
  status(): string | undefined;
}

/** How many lines of progress a run prints where a line cannot be drawn again. */
const plainLines = 20;
const barWidth = 20;
const gap = '  ';

/**
 * Turns a run's events into lines. `screen` is asked anew for every event, as a window changes its width.
 * `earlier` are the events of the processes before this one, where a run is resumed: the charts begin with them.
 */
export function reportRun(screen: () => Screen, earlier: readonly RunEvent[] = []): RunReport {
  const history: RunHistory = { steps: [], evaluations: [], groups: [] };
  let ended = false;
  for (const event of earlier) remember(history, event);
  return {
    add: (event) => {
      remember(history, event);
      ended = event.type === 'end';
      return linesFor(event, history, screen());
    },
    status: () => {
      const step = history.steps.at(-1);
      return ended || step === undefined ? undefined : progressLine(step, history.start?.steps ?? step.step, screen());
    },
  };
}

function linesFor(event: RunEvent, history: RunHistory, screen: Screen): readonly string[] {
  switch (event.type) {
    case 'start':
      return headerLines(event, screen);
    case 'data':
      return [dataLine(event)];
    case 'notice':
      return [`${styled(screen, 'yellow', l10n.t('Note:'))} ${describeNotice(event.code, event.args)}`];
    case 'step':
      return screen.live || !isPlainLine(event.step, history.start?.steps ?? 0)
        ? []
        : [progressLine(event, history.start?.steps ?? event.step, screen)];
    case 'evaluation':
      return [evaluationLine(event, history, screen)];
    case 'group':
      return [groupLine(event, screen)];
    case 'design':
      return [designLine(event, screen)];
    case 'checkpoint':
    case 'nearest':
      return [];
    case 'end':
      return summaryLines(event, history, screen);
  }
}

function headerLines(start: EventOf<'start'>, screen: Screen): string[] {
  const { model, modelParameters, device, threads, method, trainable, steps, resumedAt, prompt } = start;
  const { groups } = start;
  const facts = { model: styled(screen, 'bold', model), parameters: wholeNumber(modelParameters), device, threads };
  const args = {
    prompt: styled(screen, 'bold', prompt),
    method: methodName(method),
    trainable: wholeNumber(trainable),
    share: shareText(trainable / modelParameters),
    steps: wholeNumber(groups ? steps / groups.count : steps),
  };
  const lines = [
    method === 'MODEL_TUNING'
      ? l10n.t('{model}: {parameters} parameters, all trained; {device}, threads: {threads}', facts)
      : l10n.t('{model}: {parameters} parameters, frozen; {device}, threads: {threads}', facts),
    l10n.t('{prompt}: {method}, {trainable} trainable parameters ({share} of the model’s), {steps} steps', args),
    ...(groups
      ? [
          l10n.t('One prompt for each {column}, on its own rows alone: {count}', {
            ...groups,
            count: wholeNumber(groups.count),
          }),
        ]
      : []),
  ];
  return resumedAt === 0 ? lines : [...lines, l10n.t('Going on after step {step}', { step: wholeNumber(resumedAt) })];
}

function dataLine({ split, source, rows, tokens, cutRows }: EventOf<'data'>): string {
  const line = l10n.t('{split}: {rows} rows of {file}; tokens in a row: {mean} on average, {max} at most', {
    split,
    rows: wholeNumber(rows),
    file: source.path,
    mean: shortNumber(tokens.mean),
    max: wholeNumber(tokens.max),
  });
  const sampled = tokens.sampled ? ` ${l10n.t('(of a sample)')}` : '';
  return cutRows === 0
    ? line + sampled
    : `${line}${sampled}; ${l10n.t('{rows} rows are cut', { rows: wholeNumber(cutRows) })}`;
}

function evaluationLine(event: EventOf<'evaluation'>, history: RunHistory, screen: Screen): string {
  const { metric, value, split } = event;
  const score = l10n.t('{split} {metric} {value}', {
    split,
    metric: metricName(metric),
    value: styled(screen, 'bold', metricText(metric, value)),
  });
  if (event.baseline) return l10n.t('{score} without a prompt: the baseline', { score });
  const place = split === 'test' ? score : l10n.t('step {step}: {score}', { step: wholeNumber(event.step), score });
  const baseline = history.evaluations.find((e) => e.baseline && e.split === split);
  const distance =
    baseline &&
    styled(
      screen,
      isBetter(metric, value, baseline.value) ? 'green' : 'yellow',
      l10n.t('{distance} from the baseline', { distance: distanceText(metric, value, baseline.value) }),
    );
  return [place, ...(distance ? [distance] : []), ...(event.best ? [l10n.t('the best so far')] : [])].join(', ');
}

function designLine({ split, metric, value, examples }: EventOf<'design'>, screen: Screen): string {
  return l10n.t('{split} {metric} {value} by prompt design, with {count} training rows as text', {
    split,
    metric: metricName(metric),
    value: styled(screen, 'bold', metricText(metric, value)),
    count: examples,
  });
}

/** 18/50 u17: 32 rows, dev accuracy 87.5 % */
function groupLine({ group, number, of, rows, score }: EventOf<'group'>, screen: Screen): string {
  const name = styled(screen, 'bold', clipped(group, 40));
  const args = { number: wholeNumber(number), of: wholeNumber(of), group: name, rows: wholeNumber(rows.train) };
  if (!score) return l10n.t('{number}/{of} {group}: {rows} training rows', args);
  const told = { metric: metricName(score.metric), value: metricText(score.metric, score.value) };
  return l10n.t('{number}/{of} {group}: {rows} training rows, dev {metric} {value}', { ...args, ...told });
}

/** Bar, step, loss, pace, time left, memory: as much of it as fits into a line. */
function progressLine(step: EventOf<'step'>, steps: number, screen: Screen): string {
  const { group } = step;
  const parts = [
    ...(group
      ? [
          l10n.t('{number}/{of} {group}', {
            number: wholeNumber(group.number),
            of: wholeNumber(group.of),
            group: clipped(group.group, 20),
          }),
        ]
      : []),
    l10n.t('step {step}/{steps}', { step: wholeNumber(step.step), steps: wholeNumber(steps) }),
    l10n.t('loss {loss}', { loss: shortNumber(step.smoothedLoss) }),
    timeLeft(step.secondsLeft),
    l10n.t('{examples} examples/s', { examples: shortNumber(step.examplesPerSecond) }),
    l10n.t('{megabytes} MB', { megabytes: wholeNumber(step.memoryMb) }),
  ];
  // The last column stays free: some terminals wrap on it.
  const room = screen.columns - 1 - (screen.live ? barWidth + gap.length : 0);
  while (parts.length > 1 && displayWidth(parts.join(gap)) > room) parts.pop();
  return [...(screen.live ? [progressBar(step.step / Math.max(1, steps), screen)] : []), ...parts].join(gap);
}

function progressBar(share: number, screen: Screen): string {
  const filled = Math.floor(barWidth * Math.min(1, share));
  return styled(screen, 'cyan', '━'.repeat(filled)) + styled(screen, 'dim', '─'.repeat(barWidth - filled));
}

function isPlainLine(step: number, steps: number): boolean {
  return step === 1 || step % Math.max(1, Math.ceil(steps / plainLines)) === 0;
}
