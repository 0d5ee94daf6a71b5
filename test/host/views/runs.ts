import { parseRecipe } from '../../../src/protocol/parseRecipe.js';
import type { RunEvent } from '../../../src/protocol/events.js';
import type { FollowedRun } from '../../../src/host/services.js';

const recipe = parseRecipe(
  '{ "data": { "train": "t.jsonl" }, "training": { "maxSteps": 800 } }',
  'tickets.softprompt.json',
);

export function run(state: FollowedRun['state'], change: Partial<FollowedRun> = {}): FollowedRun {
  return {
    id: 'tickets-20261121-104501',
    folder: '/w/.softprompt/runs/tickets-20261121-104501',
    store: '/w/.softprompt',
    recipe,
    status: {
      name: 'tickets',
      recipeFile: '/w/tickets.softprompt.json',
      started: '2026-11-21T10:45:01.000Z',
      state: state === 'interrupted' ? 'running' : state,
      pid: 7,
    },
    state,
    events: [],
    controllable: false,
    ...change,
  };
}

export const step = (n: number, secondsLeft = 125): RunEvent => ({
  type: 'step',
  step: n,
  epoch: 1,
  loss: 1,
  smoothedLoss: 1,
  learningRate: 0.1,
  gradientNorm: 1,
  examplesPerSecond: 10,
  tokensPerSecond: 100,
  secondsLeft,
  memoryMb: 200,
});

export const scored = (split: 'dev' | 'test', value: number, { baseline = false, best = false } = {}): RunEvent => ({
  type: 'evaluation',
  step: 1,
  split,
  baseline,
  loss: 1,
  metric: 'accuracy',
  value,
  metrics: { n: 10, accuracy: value },
  best,
  samples: [],
});

export const end: RunEvent = {
  type: 'end',
  reason: 'finished',
  step: 800,
  bestStep: 720,
  seconds: 62,
  folder: '/w/.softprompt/prompts/tickets',
};
