import { expect, it } from 'vitest';
import { liveRunText } from '../../../src/host/recipes/lensTexts.js';
import type { RunEvent } from '../../../src/protocol/events.js';

const start: RunEvent = {
  type: 'start',
  run: 'a',
  prompt: 'a',
  model: 'm',
  method: 'PROMPT_TUNING',
  device: 'cpu',
  threads: 2,
  trainable: 1,
  modelParameters: 10,
  steps: 500,
  resumedAt: 0,
};
const step = (number: number): RunEvent => ({
  type: 'step',
  step: number,
  epoch: 0,
  loss: 1,
  smoothedLoss: 1,
  learningRate: 0.1,
  gradientNorm: 1,
  examplesPerSecond: 1,
  tokensPerSecond: 1,
  secondsLeft: 1,
  memoryMb: 1,
});

it('says how far a run is, and why it stands still', () => {
  expect(liveRunText('running', [start, step(1), step(310)])).toBe('Open panel · 62.0 %');
  expect(liveRunText('paused', [start, step(310)])).toBe('Open panel · paused at 62.0 %');
  expect(liveRunText('running', [])).toBe('Open panel · 0.0 %');
  expect(liveRunText('queued', [])).toBe('Open panel · queued');
});
