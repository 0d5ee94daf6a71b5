import * as l10n from '@vscode/l10n';
import { defined } from '../common/assert.js';
import { valuesText } from '../protocol/sweepTable.js';
import { readOutcome, writeOutcome } from '../store/sweepFolder.js';
import { exitCodes } from './failure.js';
import { reportRun } from './progress.js';
import type { PendingSweep } from './sweepCommand.js';
import { sweepRun } from './sweepRun.js';
import { openDisplay, screenOf } from './terminal.js';
import type { Work } from './work.js';
import type { World } from './world.js';

/** One run after the other in this process, each with a line of progress. */
export async function runHere(
  { folder, sweep, pending, ended }: PendingSweep,
  work: Work,
  world: World,
  silent: boolean,
): Promise<void> {
  for (const index of pending) {
    if (world.signal.aborted) return;
    const run = defined(sweep.runs[index], 'a run');
    const display = openDisplay(world.out);
    const report = reportRun(() => screenOf(world.out));
    if (!silent)
      display.print([], l10n.t('{run}: reading model and data…', { run: valuesText(run.values) || run.name }));
    const { outcome } = await sweepRun(
      folder,
      { ...run, recipeFile: sweep.recipeFile },
      'turn',
      (event) => {
        report.add(event);
        if (!silent) display.print([], report.status());
      },
      work,
      world,
    ).finally(() => display.close());
    await ended(index, outcome);
  }
}

/** As many at a time as asked for, each in a process of its own. */
export async function runInProcesses(
  { folder, sweep, pending, ended }: PendingSweep,
  jobs: number,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...pending];
  let telling = Promise.resolve();
  const lane = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined && !signal.aborted; index = waiting.shift()) {
      const { name } = defined(sweep.runs[index], 'a run');
      const of = index;
      const exitCode = await work.startProgram(['sweep-run', folder, name, '--place', 'jobs'], signal);
      // One that was killed could write nothing.
      const outcome = (await readOutcome(folder, name)) ?? {
        state: exitCode === exitCodes.stopped ? ('stopped' as const) : ('failed' as const),
        error: { code: 'run.crashed', args: { reason: l10n.t('exit code {code}', { code: exitCode }) } },
      };
      await writeOutcome(folder, name, outcome);
      telling = telling.then(() => ended(of, outcome));
      await telling;
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}
