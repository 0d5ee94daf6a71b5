import { basename, dirname } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { RunEvent } from '../protocol/events.js';
import { outcomeOf, type SweepOutcome } from '../protocol/sweepTable.js';
import { branchRun, knownRun, type AskedRun } from '../store/knownRuns.js';
import { readEvents } from '../store/eventLog.js';
import { runFile } from '../store/runFiles.js';
import type { Run } from '../store/runFolder.js';
import { cacheFolder } from '../store/storeLocation.js';
import { readSweep, writeOutcome } from '../store/sweepFolder.js';
import { exitCodes, failureOf, type ExitCode } from './failure.js';
import type { Work } from './work.js';
import type { World } from './world.js';

/** How a run of a sweep shares its machine: it waits for its turn, has one part of it, or is where Slurm has put it. */
export const placements = ['turn', 'jobs', 'slurm'] as const;
export type Placement = (typeof placements)[number];

/** Of a store, a finished run's outcome. */
export async function finishedOutcome(store: string, asked: AskedRun): Promise<SweepOutcome | undefined> {
  const run = await knownRun(store, asked);
  return run?.state === 'finished' ? outcomeOfRun(run) : undefined;
}

async function outcomeOfRun({ folder, id }: Pick<Run, 'folder' | 'id'>): Promise<SweepOutcome> {
  return { state: 'finished', run: id, ...outcomeOf(await readEvents(runFile(folder, 'events'))) };
}

/**
 * Trains one run of a sweep, from its last checkpoint where it was interrupted, and writes down what became of it. Nothing is thrown but
 * what keeps that from being written: a run that fails leaves the others be.
 */
export async function sweepRun(
  folder: string,
  asked: AskedRun,
  placement: Placement,
  onEvent: (event: RunEvent) => void,
  work: Pick<Work, 'train' | 'resume'>,
  { signal, environment }: Pick<World, 'signal' | 'environment'>,
): Promise<{ readonly outcome: SweepOutcome; readonly exitCode: ExitCode }> {
  const store = dirname(dirname(folder));
  const shared = {
    cacheFolder: cacheFolder(environment),
    spinning: placement === 'turn',
    besideOthers: placement !== 'turn',
  };
  const train = () =>
    work.train(
      { recipe: asked.recipe, recipeFile: asked.recipeFile, store, sweep: basename(folder), ...shared },
      onEvent,
      signal,
    );
  const resume = async (run: Run): ReturnType<Work['resume']> => {
    // On another machine a process number says nothing, and a lost node may still be at work.
    const runFolder = placement === 'slurm' ? await branchRun(store, run) : run.folder;
    try {
      return await work.resume({ runFolder, ...shared }, onEvent, signal);
    } catch (error) {
      if (!(error instanceof SoftpromptError) || !beginsAnew.has(error.code)) throw error;
      return train();
    }
  };
  const settle = async (): Promise<{ outcome: SweepOutcome; exitCode: ExitCode }> => {
    try {
      const known = await knownRun(store, asked);
      if (known?.state === 'finished') return { outcome: await outcomeOfRun(known), exitCode: exitCodes.ok };
      const { reason } = await (known === undefined ? train() : resume(known));
      const run = await knownRun(store, asked);
      if (reason === 'stopped' || run === undefined)
        return { outcome: { state: 'stopped' }, exitCode: exitCodes.stopped };
      return { outcome: await outcomeOfRun(run), exitCode: exitCodes.ok };
    } catch (error) {
      if (signal.aborted) return { outcome: { state: 'stopped' }, exitCode: exitCodes.stopped };
      const { exitCode, error: known } = failureOf(error);
      return {
        outcome: { state: 'failed', error: { code: known.code, args: known.args as Record<string, unknown> } },
        exitCode,
      };
    }
  };
  const settled = await settle();
  await writeOutcome(folder, asked.name, settled.outcome);
  return settled;
}

/** Other data or another model than the run began with: its checkpoint is of no use any more. */
const beginsAnew: ReadonlySet<string> = new Set(['run.dataChanged', 'run.modelChanged', 'run.badCheckpoint']);

/** The command that processes of a sweep run: one of its runs, by its name. Throws `store.badSweep`. */
export async function runSweepRun(
  folder: string,
  name: string,
  placement: Placement,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const { runs, recipeFile } = await readSweep(folder);
  const run = runs.find((each) => each.name === name);
  if (run === undefined) {
    const found = runs.map((each) => each.name).join(', ');
    throw new SoftpromptError('store.badSweep', { file: folder, found, expected: name });
  }
  const { outcome, exitCode } = await sweepRun(folder, { ...run, recipeFile }, placement, () => undefined, work, world);
  world.out.write(`${JSON.stringify({ type: 'sweepRun', name, values: run.values, ...outcome })}\n`);
  return exitCode;
}
