import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as l10n from '@vscode/l10n';
import { SoftpromptError } from '../errors/softpromptError.js';
import { parseRecipe, recipeName } from '../protocol/parseRecipe.js';
import { planSweep } from '../protocol/sweepRuns.js';
import { summariseSweep, type SweepOutcome, type SweepResult, type SweepTable } from '../protocol/sweepTable.js';
import type { Recipe } from '../protocol/recipe.js';
import { asReadError } from '../store/fileErrors.js';
import {
  csvFile,
  forgetOutcome,
  ownSweep,
  sweepFolderOf,
  writeOutcome,
  writeSweep,
  writeTable,
  type StoredSweep,
} from '../store/sweepFolder.js';
import { exitCodes, type ExitCode } from './failure.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import { runHere, runInProcesses } from './sweepPlaces.js';
import { resultLine, sweepLines } from './sweepReport.js';
import { finishedOutcome } from './sweepRun.js';
import { runOnSlurm } from './slurm/slurmSweep.js';
import { screenOf } from './terminal.js';
import type { Work } from './work.js';
import type { CommonOptions, World } from './world.js';

export interface SweepOptions extends CommonOptions {
  readonly jobs: number;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly slurm?: boolean;
  /** For sbatch as they are. */
  readonly sbatch: readonly string[];
}

/** What is left of a sweep, for whoever runs it. */
export interface PendingSweep {
  readonly folder: string;
  readonly sweep: StoredSweep;
  /** Numbers of the runs that are not finished yet. */
  readonly pending: readonly number[];
  /** Called once for each of them, as soon as it ended. */
  readonly ended: (index: number, outcome: SweepOutcome) => Promise<void>;
}

/** Runs what is not finished yet of a recipe's sweep, past runs that fail, and shows and keeps the table of all. */
export async function runSweep(file: string, options: SweepOptions, work: Work, world: World): Promise<ExitCode> {
  const { folder: here, out, signal } = world;
  const store = await storeOf(options, world);
  const { recipe, sweep } = await plannedRuns(file, options, world);
  if (recipe.sweep === undefined) throw new SoftpromptError('recipe.noSweep', { file });
  const table = await trainRuns(sweep, store, options, work, world);
  const folder = sweepFolderOf(store, sweep.name);
  if (options.json) printJson([{ type: 'sweep', folder, ...table, summary: summariseSweep(table) }], world);
  else {
    const saved = l10n.t('Saved in {folder}', { folder: shortPath(csvFile(folder), here) });
    print(['', ...sweepLines(table, screenOf(out)), '', saved], world);
  }
  if (signal.aborted) return exitCodes.stopped;
  return table.results.every(({ state }) => state === 'finished') ? exitCodes.ok : exitCodes.failed;
}

/** Trains what a store does not have yet of a sweep's runs, each with a line as it ends, and keeps their table. Throws `store.sweepInUse`. */
export async function trainRuns(
  sweep: StoredSweep,
  store: string,
  options: SweepOptions,
  work: Work,
  world: World,
): Promise<SweepTable> {
  const { out, signal } = world;
  const folder = sweepFolderOf(store, sweep.name);
  const release = await ownSweep(folder, sweep.name);
  try {
    await writeSweep(store, sweep);
    const pending: number[] = [];
    for (const [i, run] of sweep.runs.entries()) {
      const known = await finishedOutcome(store, { ...run, recipeFile: sweep.recipeFile });
      if (known) await writeOutcome(folder, run.name, known);
      else {
        // Slurm may be at it still: what such a run writes is waited for.
        if (!options.slurm) await forgetOutcome(folder, run.name);
        pending.push(i);
      }
    }
    // Who follows the sweep sees at once what it is made of.
    await writeTable(folder, sweep);
    const total = sweep.runs.length;
    let done = total - pending.length;
    if (done > 0 && !options.json)
      print([l10n.t('{done} of {total} runs are finished already.', { done, total })], world);

    const ended = async (index: number, outcome: SweepOutcome): Promise<void> => {
      done++;
      const { name = '', values = {} } = sweep.runs[index] ?? {};
      const result: SweepResult = { name, values, ...outcome };
      await writeTable(folder, sweep);
      if (options.json) printJson([{ type: 'sweepRun', ...result }], world);
      else print([resultLine(result, done, total, screenOf(out))], world);
    };
    const request: PendingSweep = { folder, sweep, pending, ended };
    if (options.slurm) await runOnSlurm(request, options, world);
    else if (options.jobs > 1) await runInProcesses(request, options.jobs, work, signal);
    else await runHere(request, work, world, options.json === true);
    return await writeTable(folder, sweep);
  } finally {
    await release();
  }
}

/** A recipe and the runs that it asks for: one where it has no sweep. Throws `store.fileMissing`, `store.unreadable` or `recipe.invalid`. */
export async function plannedRuns(
  file: string,
  options: SweepOptions,
  { folder }: World,
): Promise<{ readonly recipe: Recipe; readonly sweep: StoredSweep }> {
  const recipeFile = resolve(folder, file);
  const bytes = await readFile(recipeFile, 'utf8').catch((error: unknown) => {
    throw asReadError(error, file);
  });
  const text = bytes.replace(/^\uFEFF/, '');
  const recipe = parseRecipe(text, file);
  const name = recipeName(recipe, recipeFile);
  const { fields, runs } = planSweep(text, name);
  const threads = options.threads ?? threadsBeside(options);
  const { provider } = options;
  const sweep: StoredSweep = {
    version: 1,
    name,
    recipeFile,
    fields,
    runs: runs.map(({ name: of, values, recipe: each }) => ({
      name: of,
      values,
      recipe: {
        ...each,
        ...(provider !== undefined && { provider }),
        ...(threads !== undefined && (options.threads !== undefined || each.threads === undefined) && { threads }),
      },
    })),
  };
  return { recipe, sweep };
}

/** Runs at the same time share the machine's cores; alone, and where Slurm says how many there are, the run itself asks. */
function threadsBeside({ jobs, slurm }: SweepOptions): number | undefined {
  return slurm || jobs === 1 ? undefined : Math.max(1, Math.floor(availableParallelism() / jobs));
}
