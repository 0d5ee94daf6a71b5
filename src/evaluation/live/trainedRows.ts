import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { ResolvedTask } from '../../data/columns.js';
import { exampleMaker } from '../../data/examples.js';
import { readTable } from '../../data/readTable.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { listRuns } from '../../store/catalogue.js';
import { isErrno } from '../../store/fileErrors.js';
import type { OpenedPrompt } from '../openPrompt.js';
import { hashed, type TextRow } from './textRows.js';

/** The rows of training files, as hashes of input and target, kept by file and time: they are asked for with every evaluation. */
export interface TrainedRows {
  /** How many rows stood in the data that a prompt was trained on; 0 where that file is gone. */
  count(promptFolder: string, opened: OpenedPrompt, task: ResolvedTask, rows: readonly TextRow[]): Promise<number>;
}

export function openTrainedRows(): TrainedRows {
  let known: { readonly key: string; readonly hashes: ReadonlySet<string> } | undefined;
  return {
    async count(promptFolder, { prompt: { recipe } }, task, rows) {
      if (!recipe) return 0;
      const source = typeof recipe.data.train === 'string' ? { path: recipe.data.train } : recipe.data.train;
      const path = isAbsolute(source.path) ? source.path : await besideRecipe(promptFolder, source.path);
      const mtimeMs = path === undefined ? undefined : await modified(path);
      if (path === undefined || mtimeMs === undefined) return 0;
      const key = JSON.stringify([path, mtimeMs, source, task]);
      if (known?.key !== key) known = { key, hashes: await hashesOf(path, { ...source, path }, task) };
      const { hashes } = known;
      return rows.filter(({ content }) => 'example' in content && hashes.has(hashOf(content.example))).length;
    },
  };
}

async function hashesOf(
  path: string,
  source: Parameters<typeof readTable>[1],
  task: ResolvedTask,
): Promise<ReadonlySet<string>> {
  try {
    const table = await readTable(path, source);
    const make = exampleMaker(table, task);
    return new Set(table.rows.map((row) => hashOf(make(row))));
  } catch (error) {
    // A file that became another says nothing of what the prompt was trained on.
    if (error instanceof SoftpromptError) return new Set();
    throw error;
  }
}

const hashOf = ({ input, target }: { input: string; target: string }): string => hashed(`${input}\u0000${target}`);

/** A path of a recipe, which is relative to it: the run that saved the prompt knows where the recipe is. */
async function besideRecipe(promptFolder: string, path: string): Promise<string | undefined> {
  const store = dirname(dirname(resolve(promptFolder)));
  for (const run of await listRuns(store))
    if ('value' in run && run.value.status.promptFolder === promptFolder)
      return resolve(dirname(run.value.status.recipeFile), path);
  return undefined;
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}
