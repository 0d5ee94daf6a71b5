import { describe, expect, it } from 'vitest';
import { feedPanel } from '../../src/host/panels/panelFeed.js';
import { panelHtml } from '../../src/host/panels/panelHtml.js';
import type { FollowedRun } from '../../src/host/services.js';
import type { RunEvent } from '../../src/protocol/events.js';
import type { ToPanel } from '../../src/protocol/panelMessages.js';
import { recipeSchema } from '../../src/protocol/recipe.js';

const checkpoint = (step: number): RunEvent => ({ type: 'checkpoint', step });
const step = (number: number): RunEvent => ({
  type: 'step',
  step: number,
  epoch: 1,
  loss: 1,
  smoothedLoss: 1,
  learningRate: 1,
  gradientNorm: 1,
  examplesPerSecond: 1,
  tokensPerSecond: 1,
  secondsLeft: 1,
  memoryMb: 1,
});
const followed = (events: readonly RunEvent[], change: Partial<FollowedRun> = {}): FollowedRun => ({
  id: 'a',
  folder: '/store/runs/a',
  store: '/store',
  recipe: recipeSchema.parse({ model: 'models/m', data: { train: 't.jsonl' } }),
  status: { name: 'a', recipeFile: '/r.json', started: '2026-11-21T10:00:00.000Z', state: 'running', pid: 1 },
  state: 'running',
  events,
  controllable: true,
  ...change,
});

/** A feed with a clock in hand. */
function feed(first: FollowedRun) {
  const posted: ToPanel[] = [];
  const failed: unknown[] = [];
  const waiting: { work: () => void; ms: number }[] = [];
  const state = { run: first, history: first.events, ms: 0 };
  const clock = { now: () => state.ms, later: (work: () => void, ms: number) => void waiting.push({ work, ms }) };
  const source = { runs: () => [state.run], history: () => Promise.resolve(state.history) };
  const panel = feedPanel(
    source,
    (message) => posted.push(message),
    (error) => failed.push(error),
    clock,
  );
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    posted,
    failed,
    waiting,
    source,
    panel,
    snapshot: () => (panel.snapshot(), settled()),
    /** The run becomes another one. */
    become: (run: FollowedRun, from: number, history = run.events) => {
      Object.assign(state, { run, history });
      panel.changed(run.folder, from);
    },
    pass: () => {
      const due = waiting.shift();
      state.ms += due?.ms ?? 0;
      due?.work();
      return settled();
    },
  };
}

describe('the feed of a panel', () => {
  it('says nothing before it is asked, then everything, then what is new', async () => {
    const { panel, posted, snapshot, become, pass } = feed(followed([checkpoint(1)]));
    panel.changed('/store/runs/a', 0);
    expect(posted).toEqual([]);
    await snapshot();
    become(followed([checkpoint(1), checkpoint(2)]), 1);
    await pass();
    expect(posted.map(({ type }) => type)).toEqual(['snapshot', 'delta']);
    expect(posted[1]).toMatchObject({ number: 2, told: { events: [checkpoint(2)] } });
  });

  it('gathers changes and tells them at most ten times a second', async () => {
    const { posted, waiting, snapshot, become, pass } = feed(followed([]));
    await snapshot();
    for (let i = 1; i <= 50; i++) become(followed(Array.from({ length: i }, (_, k) => checkpoint(k))), i - 1);
    expect(waiting).toHaveLength(1);
    await pass();
    expect(posted).toHaveLength(2);
    become(followed([]), 50);
    expect(waiting[0]?.ms).toBe(100);
  });

  it('tells everything again where a resumed run went back', async () => {
    const { posted, snapshot, become, pass } = feed(followed([checkpoint(1), checkpoint(2), checkpoint(3)]));
    await snapshot();
    become(followed([checkpoint(1), checkpoint(9)]), 1);
    await pass();
    expect(posted[1]).toMatchObject({ type: 'snapshot', number: 2, runs: [{ told: { events: [checkpoint(9)] } }] });
  });

  it('tells the last events of a run that has ended, whose steps are no longer in memory', async () => {
    const { posted, snapshot, become, pass } = feed(followed([step(1), step(2)]));
    await snapshot();
    become(followed([step(3)], { state: 'finished' }), 2, [step(1), step(2), step(3)]);
    await pass();
    expect(posted[1]).toMatchObject({ type: 'delta', run: { state: 'finished' }, told: { lastStep: step(3) } });
    expect(posted[1]?.type === 'delta' && [...posted[1].told.steps.step]).toEqual([3]);
  });

  it('tells a change of state without events, and nothing where nothing changed', async () => {
    const { panel, posted, snapshot, become, pass } = feed(followed([]));
    await snapshot();
    panel.changed(undefined, 0);
    await pass();
    expect(posted).toHaveLength(1);
    become(followed([], { state: 'paused' }), 0);
    await pass();
    expect(posted[1]).toMatchObject({ type: 'delta', run: { state: 'paused' } });
  });

  it('is silent while the panel is hidden, and tells everything when it is shown again', async () => {
    const { panel, posted, snapshot, become, pass } = feed(followed([]));
    await snapshot();
    become(followed([checkpoint(1)]), 0);
    panel.suspend();
    await pass();
    expect(posted).toHaveLength(1);
    await snapshot();
    expect(posted[1]).toMatchObject({ runs: [{ told: { events: [checkpoint(1)] } }] });
  });

  it('puts an error into words', async () => {
    const status = { ...followed([]).status, error: { code: 'run.diverged', args: { step: 40, learningRate: 3 } } };
    const { posted, snapshot } = feed(followed([], { state: 'failed', status }));
    await snapshot();
    expect(posted[0]).toMatchObject({ runs: [{ run: { problem: { message: expect.stringContaining('step 40') } } }] });
  });

  it('says what keeps it from reading, and goes on', async () => {
    const { source, posted, failed, snapshot } = feed(followed([]));
    const { history } = source;
    source.history = () => Promise.reject(new Error('damaged'));
    await snapshot();
    expect(failed).toEqual([new Error('damaged')]);
    source.history = history;
    await snapshot();
    expect(posted).toHaveLength(1);
  });
});

describe('the page of a panel', () => {
  it('lets in nothing but its own files, and no text becomes markup', () => {
    const html = panelHtml({
      language: 'en',
      element: 'softprompt-training',
      title: '<b>"run"</b>',
      source: 'https://webview',
      nonce: 'abc',
      script: 's.js',
      styles: 's.css',
      icons: 'i.css',
      strings: { Loss: '</script><script>alert(1)</script>' },
    });
    expect(html).toContain('default-src &#39;none&#39;; script-src &#39;nonce-abc&#39;; style-src https://webview;');
    expect(html).not.toContain('<b>');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toMatch(/\sstyle=|unsafe/);
  });
});
