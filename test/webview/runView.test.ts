import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events.js';
import type { PanelRun } from '../../src/protocol/panelMessages.js';
import { packEvents } from '../../src/host/panels/packEvents.js';
import { addTold, bestScore, evaluationsSinceBest, viewRun, type RunView } from '../../webview/training/runView.js';
import { showMessage, type ShownRuns } from '../../webview/training/shownRuns.js';

const run: PanelRun = {
  id: '/store/runs/a',
  name: 'a',
  state: 'running',
  controllable: true,
  saved: false,
  plan: { method: 'PROMPT_TUNING', virtualTokens: 4, model: 'm', steps: 10, evalEvery: 2 },
};
const step = (number: number, loss: number): RunEvent => ({
  type: 'step',
  step: number,
  epoch: number / 10,
  loss,
  smoothedLoss: loss,
  learningRate: 0.5,
  gradientNorm: 1,
  examplesPerSecond: 20,
  tokensPerSecond: 200,
  secondsLeft: 10 - number,
  memoryMb: 100,
});
const evaluation = (at: number, value: number, best: boolean, baseline = false): RunEvent => ({
  type: 'evaluation',
  step: at,
  split: 'dev',
  baseline,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 8, accuracy: value, labels: ['x', 'y'], confusion: [] },
  best,
  samples: [{ file: 'dev.jsonl', line: at, input: 'text', expected: 'x', predicted: 'x', probability: value }],
});
const start = (resumedAt: number): RunEvent => ({
  type: 'start',
  run: 'a',
  prompt: 'a',
  model: 'm',
  method: 'PROMPT_TUNING',
  device: 'cpu',
  threads: 2,
  trainable: 16,
  modelParameters: 1000,
  steps: 10,
  resumedAt,
});
const view = (...events: RunEvent[]): RunView => viewRun(run, packEvents(events));
const losses = ({ steps }: RunView): number[][] => [[...steps.step.values()], [...steps.loss.values()]];

describe('the view of a run', () => {
  it('knows why there are no nearest tokens', () => {
    expect(view(start(0), { type: 'notice', code: 'waitingForRun', args: { run: 'b' } }).noNearest).toBeUndefined();
    const parts = { type: 'notice', code: 'noFirstKeys', args: { parts: 'cross' } } as const;
    expect(view(start(0), parts).noNearest).toMatch(/^No nearest tokens are shown: .* in cross /);
  });

  it('keeps every step, and the last one whole', () => {
    const shown = view(start(0), step(1, 4), step(2, 3));
    addTold(shown, run, packEvents([step(3, 2)]));
    expect(losses(shown)).toEqual([
      [1, 2, 3],
      [4, 3, 2],
    ]);
    expect(shown.lastStep?.secondsLeft).toBe(7);
  });

  it('keeps every score, but rows of the latest evaluation and of the baseline only', () => {
    const shown = view(evaluation(0, 0.25, false, true), evaluation(2, 0.5, true), evaluation(4, 0.375, false));
    expect(shown.dev.map(({ value }) => value)).toEqual([0.5, 0.375]);
    expect(shown.evaluations.dev?.samples).toHaveLength(1);
    expect(shown.evaluations.baseline?.value).toBe(0.25);
    expect(bestScore(shown)?.step).toBe(2);
    expect(evaluationsSinceBest(shown)).toBe(1);
  });

  it('is cut back to the checkpoint by a resumed run that tells steps again', () => {
    const shown = view(
      start(0),
      step(1, 4),
      step(2, 3),
      evaluation(2, 0.5, true),
      step(3, 9),
      evaluation(3, 0.6, true),
    );
    addTold(shown, run, packEvents([start(2), step(3, 2)]));
    expect(losses(shown)).toEqual([
      [1, 2, 3],
      [4, 3, 2],
    ]);
    expect(shown.dev.map((score) => score.step)).toEqual([2]);
  });

  it('has no end any more when the run goes on', () => {
    const end: RunEvent = { type: 'end', reason: 'stopped', step: 2, bestStep: 2, seconds: 5, folder: '/p' };
    const shown = view(start(0), step(1, 4), step(2, 3), end);
    expect(shown.end?.reason).toBe('stopped');
    addTold(shown, run, packEvents([start(2)]));
    expect(shown.end).toBeUndefined();
  });

  it('remembers the nearest tokens and those before them', () => {
    const nearest = (at: number): RunEvent => ({ type: 'nearest', step: at, tokens: [] });
    const shown = view(nearest(2), nearest(4), nearest(6));
    expect([shown.nearestBefore?.step, shown.nearest?.step]).toEqual([4, 6]);
    addTold(shown, run, packEvents([nearest(8)]));
    expect([shown.nearestBefore?.step, shown.nearest?.step]).toEqual([6, 8]);
  });

  it('logs of checkpoints in a row the last one only', () => {
    const checkpoint = (at: number): RunEvent => ({ type: 'checkpoint', step: at });
    const shown = view(start(0), checkpoint(1), checkpoint(2));
    addTold(shown, run, packEvents([checkpoint(3), evaluation(4, 0.5, true), checkpoint(5)]));
    expect(shown.log.map((event) => ('step' in event ? event.step : event.type))).toEqual(['start', 3, 4, 5]);
  });

  it('holds 30,000 steps in numbers, not in objects', () => {
    const shown = view(...Array.from({ length: 30_000 }, (_, i) => step(i + 1, 1)));
    expect(shown.steps.loss.values()).toHaveLength(30_000);
    expect(shown.log).toEqual([]);
  });
});

describe('messages to the panel', () => {
  const snapshot = { type: 'snapshot', number: 4, runs: [{ run, told: packEvents([step(1, 4)]) }] } as const;
  const delta = (number: number, id = run.id) =>
    ({ type: 'delta', number, run: { ...run, id }, told: packEvents([step(2, 3)]) }) as const;
  const first = showMessage(undefined, snapshot) as ShownRuns;

  it('begin with a snapshot and go on with deltas', () => {
    const next = showMessage(first, delta(5));
    expect(next?.runs[0]?.steps.step.length).toBe(2);
    expect(next?.number).toBe(5);
  });
  it('are refused where one is missing, none was before, or the run is unknown', () => {
    expect(showMessage(first, delta(7))).toBeUndefined();
    expect(showMessage(undefined, delta(5))).toBeUndefined();
    expect(showMessage(first, delta(5, 'another'))).toBeUndefined();
  });
});
