import { isDeepStrictEqual } from 'node:util';
import type { PanelRun, ToPanel } from '../../protocol/panelMessages.js';
import type { FollowedRun } from '../services.js';
import { packEvents } from './packEvents.js';
import { panelRun } from './panelRun.js';

/** Tells a panel about its runs: the whole on request, then what is new, a few times a second. */
export interface PanelFeed {
  /** Tells everything; from then on deltas follow. */
  snapshot(): void;
  /** A run changed from its event number `from` on; without a folder, any may have. */
  changed(folder: string | undefined, from: number): void;
  /** Nobody listens until the next snapshot. */
  suspend(): void;
}

interface Sent {
  readonly run: PanelRun;
  /** How many of its events. */
  readonly events: number;
}

const betweenDeltasMs = 100;

/** `runs`: those that the panel shows as they are now, its own first. */
export function feedPanel(
  runs: () => readonly FollowedRun[],
  post: (message: ToPanel) => void,
  clock: { readonly now: () => number; readonly later: (work: () => void, ms: number) => void } = realClock,
): PanelFeed {
  const sent = new Map<string, Sent>();
  const changedRuns = new Set<string>();
  let listening = false;
  let number = 0;
  let lastMs = -Infinity;
  let isDue = false;

  const snapshot = (): void => {
    listening = true;
    sent.clear();
    changedRuns.clear();
    const all = runs().map((followed) => {
      const run = panelRun(followed);
      sent.set(run.id, { run, events: followed.events.length });
      return { run, told: packEvents(followed.events) };
    });
    post({ type: 'snapshot', number: ++number, runs: all });
  };

  const flush = (): void => {
    isDue = false;
    lastMs = clock.now();
    if (!listening) return;
    for (const followed of runs()) {
      const before = sent.get(followed.folder);
      if (!before || !changedRuns.delete(followed.folder)) continue;
      const run = panelRun(followed);
      const events = followed.events.slice(before.events);
      if (events.length === 0 && isDeepStrictEqual(run, before.run)) continue;
      sent.set(run.id, { run, events: followed.events.length });
      post({ type: 'delta', number: ++number, run, told: packEvents(events) });
    }
  };

  return {
    snapshot,
    changed: (folder, from) => {
      if (!listening) return;
      for (const [id, { events }] of sent) {
        if (folder !== undefined && folder !== id) continue;
        // A resumed run tells some again: what was sent of those is no longer true.
        if (folder !== undefined && from < events) return snapshot();
        changedRuns.add(id);
      }
      if (isDue || changedRuns.size === 0) return;
      isDue = true;
      clock.later(flush, Math.max(0, lastMs + betweenDeltasMs - clock.now()));
    },
    suspend: () => {
      listening = false;
    },
  };
}

const realClock = {
  now: () => performance.now(),
  later: (work: () => void, ms: number): void => void setTimeout(work, ms),
};
