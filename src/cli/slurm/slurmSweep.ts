import { setTimeout as sleep } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { SweepOutcome } from '../../protocol/sweepTable.js';
import { forgetOutcome, readOutcome, writeOutcome } from '../../store/sweepFolder.js';
import { print } from '../runCommand.js';
import type { PendingSweep, SweepOptions } from '../sweepCommand.js';
import type { World } from '../world.js';
import { openSlurmQueue, type SlurmView } from './slurmQueue.js';

/** How often a run is given to Slurm before it counts as failed. */
const mostAttempts = 5;
/** Slurm is asked rarely while nothing happens: its controller serves a whole cluster. */
const [leastPollMs, mostPollMs] = [1000, 15_000];
/** How often a run must be neither queued nor done: a shared disk may show what a node has written some time after Slurm says that it ended. */
const patience = 3;

/**
 * Gives what is not finished to Slurm as an array job and collects what comes back, until every run has ended. What Slurm loses is given to
 * it again. Jobs that an earlier process submitted are gone on with; an abort leaves them at work.
 */
export async function runOnSlurm(
  { folder, sweep, pending, ended }: PendingSweep,
  { sbatch, json }: SweepOptions,
  world: World,
): Promise<void> {
  const { signal } = world;
  const say = (text: string): void => (json === true ? undefined : print([text], world));
  const queue = await openSlurmQueue(folder, sweep, world);
  const open = new Map(pending.map((index) => [sweep.runs[index]?.name ?? '', index]));
  const attempts = new Map<string, number>();
  const submit = async (runs: readonly string[]): Promise<void> => {
    if (runs.length === 0) return;
    for (const run of runs) {
      await forgetOutcome(folder, run);
      attempts.set(run, (attempts.get(run) ?? 0) + 1);
    }
    const job = await queue.submit(new Set(runs), sbatch);
    say(l10n.t('Submitted {count} runs to Slurm as job {job}.', { count: runs.length, job }));
  };
  const settle = async (run: string, outcome: SweepOutcome): Promise<void> => {
    const index = open.get(run) ?? 0;
    open.delete(run);
    await writeOutcome(folder, run, outcome);
    await ended(index, outcome);
  };

  const { live } = await queue.look();
  const inQueue = [...open.keys()].filter((run) => live.has(run));
  if (inQueue.length > 0) say(l10n.t('Runs that Slurm has already: {count}.', { count: inQueue.length }));
  await submit([...open.keys()].filter((run) => !live.has(run)));

  const absences = new Map<string, number>();
  for (let pollMs = leastPollMs; open.size > 0;) {
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      const jobs = queue.jobs.join(', ');
      say(
        l10n.t('The Slurm jobs go on: {jobs}. The same command collects what they make; scancel ends them.', { jobs }),
      );
      return;
    }
    const view = await queue.look().catch(notNow);
    const before = open.size;
    const lost: string[] = [];
    for (const run of [...open.keys()]) {
      const outcome = await readOutcome(folder, run);
      if (outcome?.state === 'finished' || outcome?.state === 'failed') {
        await settle(run, outcome);
        continue;
      }
      const absent = !view || view.live.has(run) ? 0 : (absences.get(run) ?? 0) + 1;
      absences.set(run, absent % patience);
      if (absent < patience) continue;
      const job = view?.cancelled.get(run);
      if (job !== undefined) await settle(run, failed('slurm.cancelled', { job }));
      else if ((attempts.get(run) ?? 0) < mostAttempts) lost.push(run);
      else await settle(run, failed('slurm.lost', { attempts: mostAttempts, log: queue.logOf(run) }));
    }
    await submit(lost);
    const isQuiet = open.size === before && [...absences.values()].every((count) => count === 0);
    pollMs = isQuiet ? Math.min(mostPollMs, pollMs * 1.5) : leastPollMs;
  }
}

/** A controller that restarts answers again soon, and what runs, runs on. */
function notNow(error: unknown): SlurmView | undefined {
  if (error instanceof SoftpromptError && error.code === 'slurm.refused') return undefined;
  throw error;
}

function failed(code: 'slurm.cancelled' | 'slurm.lost', args: Record<string, unknown>): SweepOutcome {
  return { state: 'failed', error: { code, args } };
}
