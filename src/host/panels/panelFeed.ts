import { isDeepStrictEqual } from 'node:util';
import type { RunEvent } from '../../protocol/events.js';
import type { PanelRun, ToPanel } from '../../protocol/panelMessages.js';
import { isLive } from '../../protocol/runState.js';
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

export interface FeedSource {
  /** The runs that the panel shows as they are now, its own first. */
  runs(): readonly FollowedRun[];
  /** Every event of a run. */
  history(folder: string): Promise<readonly RunEvent[]>;
}

interface Sent {
  readonly run: PanelRun;
  /** How many of its events. */
  readonly events: number;
}

const betweenDeltasMs = 100;

export function feedPanel(
  source: FeedSource,
  post: (message: ToPanel) => void,
  fail: (error: unknown) => void,
  clock: { readonly now: () => number; readonly later: (work: () => void, ms: number) => void } = realClock,
): PanelFeed {
  const sent = new Map<string, Sent>();
  /** Folder → the first event that is new or another. */
  const changes = new Map<string, number>();
  let listening = false;
  let number = 0;
  let lastMs = -Infinity;
  let isDue = false;

  // One after the other: histories are read from the disk, and messages are numbered.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): void => {
    turn = turn.then(work).catch(fail);
  };

  const tellAll = async (): Promise<void> => {
    if (!listening) return;
    changes.clear();
    const runs = await Promise.all(
      source.runs().map(async (followed) => {
        const run = panelRun(followed);
        const events = await source.history(run.id);
        sent.set(run.id, { run, events: events.length });
        return { run, told: packEvents(events) };
      }),
    );
    const shown = new Set(runs.map(({ run }) => run.id));
    for (const id of sent.keys()) if (!shown.has(id)) sent.delete(id);
    post({ type: 'snapshot', number: ++number, runs });
  };

  const tellChanges = async (): Promise<void> => {
    isDue = false;
    lastMs = clock.now();
    if (!listening) return;
    // A resumed run tells some again: what was sent of those is no longer true.
    for (const [id, from] of changes) if (from < (sent.get(id)?.events ?? 0)) return tellAll();
    for (const followed of source.runs()) {
      const before = sent.get(followed.folder);
      if (!before || !changes.delete(followed.folder)) continue;
      const run = panelRun(followed);
      const mayHaveTold = isLive(run.state) || isLive(before.run.state);
      const events = mayHaveTold ? (await source.history(run.id)).slice(before.events) : [];
      if (events.length === 0 && isDeepStrictEqual(run, before.run)) continue;
      sent.set(run.id, { run, events: before.events + events.length });
      post({ type: 'delta', number: ++number, run, told: packEvents(events) });
    }
  };

  return {
    snapshot: () => {
      listening = true;
      inTurn(tellAll);
    },
    changed: (folder, from) => {
      if (!listening) return;
      if (folder === undefined) for (const id of sent.keys()) changes.set(id, changes.get(id) ?? Infinity);
      else changes.set(folder, Math.min(from, changes.get(folder) ?? Infinity));
      if (isDue) return;
      isDue = true;
      clock.later(() => inTurn(tellChanges), Math.max(0, lastMs + betweenDeltasMs - clock.now()));
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
