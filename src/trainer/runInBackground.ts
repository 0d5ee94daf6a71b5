import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { makeGate } from '../common/gate.js';
import { noteActiveRuns } from '../store/activeRuns.js';
import { cacheFolder } from '../store/storeLocation.js';
import { resume } from '../training/run.js';
import { serveRun } from './serveRun.js';

/** How long a run trains on while no window looks at it. */
const unwatchedMs = 10 * 60_000;

/** Trains a run that waits in its folder, to its end, and gives the exit code. Why it failed stands in the run's status. */
export async function runInBackground(folder: string, unwatched: 'pause' | 'continue'): Promise<number> {
  await giveWay();
  const store = dirname(dirname(folder));
  const stop = new AbortController();
  const gate = makeGate();
  const noteActive = (): Promise<void> => noteActiveRuns(store).catch((error: unknown) => console.error(error));
  const server = await serveRun(folder, {
    pause: gate.close,
    continue: gate.open,
    stop: () => stop.abort(),
    unwatched: unwatched === 'pause' ? { afterMs: unwatchedMs, pause: gate.close, continue: gate.open } : undefined,
  });
  process.on('SIGTERM', () => stop.abort());
  try {
    await resume(
      { runFolder: folder, cacheFolder: cacheFolder() },
      (event) => {
        if (event.type === 'start' || event.type === 'checkpoint') void noteActive();
        server.changed();
      },
      stop.signal,
      gate,
    );
    return 0;
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    await server.close();
    await noteActive();
  }
}

/** The person's editor comes first. */
async function giveWay(): Promise<void> {
  const priority = constants.priority.PRIORITY_LOW;
  setPriority(priority);
  // Linux may weigh sessions before processes, and this one leads its own (sched(7), "The autogroup feature").
  await writeFile('/proc/self/autogroup', String(priority)).catch(() => undefined);
}
