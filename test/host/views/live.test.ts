import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atMostEvery } from '../../../src/host/views/atMostEvery.js';
import { liveStatus } from '../../../src/host/views/liveStatus.js';
import { runEnds } from '../../../src/host/views/runEnds.js';
import { end, run, scored, step } from './runs.js';

describe('the status bar', () => {
  it('shows one run with its progress, and says the rest in its hover', () => {
    const events = [scored('dev', 0.25, { baseline: true }), scored('dev', 0.5, { best: true }), step(499)];
    expect(liveStatus([run('running', { events })])).toEqual({
      text: '$(sync~spin) tickets 62 %',
      spoken: 'Softprompt: tickets, Running, 62 percent',
      cards: [
        {
          title: 'tickets: Running',
          sentences: ['50.0 % accuracy on dev (+25.0 over no prompt)'],
          facts: [
            ['Step', '499 of 800'],
            ['Time', '2 min left'],
          ],
        },
      ],
      folder: run('running').folder,
    });
    expect(liveStatus([run('paused', { events })])?.text).toBe('$(debug-pause) tickets 62 %');
    expect(liveStatus([run('queued')])?.text).toBe('$(clock) tickets');
  });

  it('counts several and opens the one that trains; shows nothing where none lives', () => {
    const status = liveStatus([run('queued', { folder: '/q' }), run('running', { folder: '/r' })]);
    expect(status).toMatchObject({ text: '$(sync~spin) 2 runs', folder: '/r' });
    expect(liveStatus([])).toBeUndefined();
  });
});

describe('the news of a run’s end', () => {
  it('is told once, of a run that was seen alive', () => {
    const endOf = runEnds();
    const events = [scored('test', 0.293, { baseline: true }), scored('test', 0.664), end];
    const finished = run('finished', { events });
    expect(endOf(finished)).toBeUndefined();
    expect(endOf(run('running'))).toBeUndefined();
    expect(endOf(finished)).toEqual({
      type: 'finished',
      run: finished,
      message: 'tickets: 66.4 % accuracy on test (+37.1 over no prompt)',
    });
    expect(endOf(finished)).toBeUndefined();
  });

  it('leaves the runs of a sweep to its panel', () => {
    const endOf = runEnds();
    const status = { ...run('finished').status, sweep: 'lengths' };
    endOf(run('running', { status }));
    expect(endOf(run('finished', { status, events: [end] }))).toBeUndefined();
  });

  it('gives the reason of a failure, and is silent about what a person stopped', () => {
    const endOf = runEnds();
    const error = { code: 'store.noSpace', args: { file: 'f' } };
    endOf(run('running'));
    expect(endOf(run('failed', { status: { ...run('failed').status, error } }))).toMatchObject({
      type: 'failed',
      message: 'tickets: f: the disk is full. Free some space and run again; the last checkpoint is intact.',
    });
    endOf(run('paused'));
    expect(endOf(run('interrupted'))?.message).toMatch(/^tickets: its process is gone/);
    endOf(run('running'));
    expect(endOf(run('stopped'))).toBeUndefined();
  });
});

describe('atMostEvery', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('works at once, then once for all that is asked meanwhile, and not at all once disposed', () => {
    const work = vi.fn();
    const ask = atMostEvery(500, work);
    ask();
    expect(work).toHaveBeenCalledTimes(1);
    ask();
    ask();
    vi.advanceTimersByTime(499);
    expect(work).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(2000);
    expect(work).toHaveBeenCalledTimes(2);
    ask();
    ask();
    ask.dispose();
    vi.advanceTimersByTime(2000);
    expect(work).toHaveBeenCalledTimes(3);
  });
});
