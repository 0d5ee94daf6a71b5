import { copyFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { recipeSchema, type Recipe } from '../protocol/recipe.js';
import { foldersIn, list } from './catalogue.js';
import { asWriteError } from './fileErrors.js';
import { runFile } from './runFiles.js';
import { createRun, readRun, type Run } from './runFolder.js';
import { kindOf, runsFolder } from './storeLocation.js';

export interface AskedRun {
  readonly name: string;
  readonly recipe: Recipe;
  /** Absolute. */
  readonly recipeFile: string;
}

/** What a store has of a run: the newest finished one of the same recipe, else the newest that left something to go on from. */
export async function knownRun(store: string, asked: AskedRun): Promise<Run | undefined> {
  const folders = (await foldersIn(runsFolder(store))).filter((folder) =>
    basename(folder).startsWith(`${asked.name}-`),
  );
  const runs = (await list(folders, readRun))
    .flatMap((listed) => ('value' in listed ? [listed.value] : []))
    .filter(
      ({ status, recipe }) =>
        status.name === asked.name && status.recipeFile === asked.recipeFile && isSame(recipe, asked.recipe),
    )
    .sort((a, b) => (a.status.started < b.status.started ? 1 : -1));
  const finished = runs.find(({ state }) => state === 'finished');
  if (finished) return finished;
  for (const run of runs) if ((await kindOf(runFile(run.folder, 'checkpoint'))) === 'file') return run;
  return runs[0];
}

/** Whether two recipes train the same: names, threads, providers and what is scored beside the prompt do not count. */
function isSame(a: Recipe, b: Recipe): boolean {
  const trained = (recipe: Recipe): string => {
    const { model, data, method, training, engine } = recipeSchema.parse(recipe);
    return JSON.stringify([model, data, method, training, engine]);
  };
  return trained(a) === trained(b);
}

/**
 * A run of its own that goes on where another one's last checkpoint is: whether that one's process still lives somewhere, on a machine that
 * cannot be reached, then makes no difference. Throws `store.noSpace` or `store.readOnly`.
 */
export async function branchRun(store: string, from: Run): Promise<string> {
  const { name, recipeFile, sweep } = from.status;
  const told = { name, recipe: from.recipe, recipeFile, ...(sweep !== undefined && { sweep }) };
  const folder = await createRun(store, told, process.pid);
  try {
    // The checkpoint first: the events that it counts are written before it.
    for (const file of ['checkpoint', 'firstVectors', 'events'] as const) {
      const source = runFile(from.folder, file);
      if ((await kindOf(source)) === 'file') await copyFile(source, runFile(folder, file));
    }
  } catch (error) {
    throw asWriteError(error, folder);
  }
  return folder;
}
