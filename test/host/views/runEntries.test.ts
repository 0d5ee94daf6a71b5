import { describe, expect, it } from 'vitest';
import { runAbilities, runEntry } from '../../../src/host/views/runEntries.js';
import { end, run, scored, step } from './runs.js';

const error = { code: 'run.diverged', args: { step: 40, learningRate: 3 } };
const failed = { ...run('failed').status, error };

describe('a run’s row', () => {
  it.each([
    [run('queued'), 'waits for its turn'],
    [run('running'), 'starting'],
    [run('running', { events: [step(499)] }), '62 % · 2 min left'],
    [run('running', { events: [step(799, 0.4)] }), '99 % · 1 s left'],
    [run('paused', { events: [step(400)] }), 'paused at 50 %'],
    [run('interrupted', { events: [step(8)] }), 'interrupted at 1 %'],
    [run('stopped', { events: [scored('dev', 0.5, { best: true }), step(8)] }), '50.0 % · stopped at 1 %'],
    [run('finished', { events: [scored('test', 0.664), end] }), '66.4 % · 1 min 2 s'],
    [run('finished'), 'finished'],
    [
      run('failed', { status: failed }),
      'Training broke down at step 40: the loss is no longer a number (learning rate 3).',
    ],
    [
      run('failed', { status: { ...failed, error: { code: 'new.code', args: { a: 1 } } } }),
      'Unexpected: new.code {"a":1}',
    ],
  ])('$state: %#', (followed, description) => {
    expect(runEntry(followed, 'en').description).toBe(description);
  });

  it('says its state aloud, and why it failed with what to do', () => {
    const entry = runEntry(run('failed', { status: failed }), 'en');
    expect(entry.spoken).toMatch(/^tickets, Failed, Training broke down/);
    expect(entry.card.title).toBe('tickets: Failed');
    expect(entry.card.sentences).toContain('Lower training.learningRate, or set training.maxGradNorm to 1.');
  });

  it('carries for the menus what can be done', () => {
    expect(runEntry(run('running', { controllable: true }), 'en').contextValue).toBe('run running canPause canStop');
    expect(runEntry(run('failed'), 'en').contextValue).toBe('run failed canResume canDelete');
  });
});

it('a run can be paused, continued and stopped while its process listens, and deleted once it has none', () => {
  const of = (state: Parameters<typeof run>[0], controllable = false): string =>
    runAbilities({ state, controllable }).join(' ');
  expect(of('running')).toBe('');
  expect(of('queued', true)).toBe('canStop');
  expect(of('paused', true)).toBe('canContinue canStop');
  expect(of('stopped')).toBe('canResume canDelete');
  expect(of('interrupted')).toBe('canResume canDelete');
  expect(of('finished')).toBe('canDelete');
});
