import { describe, expect, it } from 'vitest';
import { feedPanel } from '../../src/host/panels/panelFeed.js';
import { panelHtml } from '../../src/host/panels/panelHtml.js';
import type { FollowedRun } from '../../src/host/services.js';
import type { RunEvent } from '../../src/protocol/events.js';
import type { ToPanel } from '../../src/protocol/panelMessages.js';
import { recipeSchema } from '../../src/protocol/recipe.js';

const checkpoint = (step: number): RunEvent => ({ type: 'checkpoint', step });
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
  const waiting: { work: () => void; ms: number }[] = [];
  const state = { runs: [first], ms: 0 };
  const clock = { now: () => state.ms, later: (work: () => void, ms: number) => void waiting.push({ work, ms }) };
  return {
    posted,
    waiting,
    state,
    feed: feedPanel(
      () => state.runs,
      (message) => posted.push(message),
      clock,
    ),
    pass: () => {
      const due = waiting.shift();
      state.ms += due?.ms ?? 0;
      due?.work();
    },
  };
}

describe('the feed of a panel', () => {
  it('says nothing before it is asked, then everything, then what is new', () => {
    const { feed: panel, posted, state, pass } = feed(followed([checkpoint(1)]));
    panel.changed('/store/runs/a', 0);
    expect(posted).toEqual([]);
    panel.snapshot();
    state.runs = [followed([checkpoint(1), checkpoint(2)])];
    panel.changed('/store/runs/a', 1);
    pass();
    expect(posted.map(({ type }) => type)).toEqual(['snapshot', 'delta']);
    expect(posted[1]).toMatchObject({ number: 2, told: { events: [checkpoint(2)] } });
  });

  it('gathers changes and tells them at most ten times a second', () => {
    const { feed: panel, posted, state, waiting, pass } = feed(followed([]));
    panel.snapshot();
    for (let i = 1; i <= 50; i++) {
      state.runs = [followed(Array.from({ length: i }, (_, k) => checkpoint(k)))];
      panel.changed('/store/runs/a', i - 1);
    }
    expect(waiting).toHaveLength(1);
    pass();
    panel.changed('/store/runs/a', 50);
    expect(waiting[0]?.ms).toBe(100);
    expect(posted).toHaveLength(2);
  });

  it('tells everything again where a resumed run went back', () => {
    const { feed: panel, posted, state } = feed(followed([checkpoint(1), checkpoint(2), checkpoint(3)]));
    panel.snapshot();
    state.runs = [followed([checkpoint(1), checkpoint(9)])];
    panel.changed('/store/runs/a', 1);
    expect(posted[1]).toMatchObject({ type: 'snapshot', number: 2, runs: [{ told: { events: [checkpoint(9)] } }] });
  });

  it('tells a change of state without events, and nothing where nothing changed', () => {
    const { feed: panel, posted, state, pass } = feed(followed([]));
    panel.snapshot();
    panel.changed(undefined, 0);
    pass();
    expect(posted).toHaveLength(1);
    state.runs = [followed([], { state: 'paused' })];
    panel.changed(undefined, 0);
    pass();
    expect(posted[1]).toMatchObject({ type: 'delta', run: { state: 'paused' } });
  });

  it('is silent while the panel is hidden', () => {
    const { feed: panel, posted, state, pass } = feed(followed([]));
    panel.snapshot();
    state.runs = [followed([checkpoint(1)])];
    panel.changed('/store/runs/a', 0);
    panel.suspend();
    pass();
    expect(posted).toHaveLength(1);
    panel.snapshot();
    expect(posted[1]).toMatchObject({ runs: [{ told: { events: [checkpoint(1)] } }] });
  });

  it('puts an error into words', () => {
    const status = { ...followed([]).status, error: { code: 'run.diverged', args: { step: 40, learningRate: 3 } } };
    const { feed: panel, posted } = feed(followed([], { state: 'failed', status }));
    panel.snapshot();
    expect(posted[0]).toMatchObject({ runs: [{ run: { problem: { message: expect.stringContaining('step 40') } } }] });
  });
});

describe('the page of a panel', () => {
  it('lets in nothing but its own files, and no text becomes markup', () => {
    const html = panelHtml({
      language: 'en',
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
