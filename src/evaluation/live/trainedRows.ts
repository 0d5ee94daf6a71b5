import { stat } from 'node:fs/promises';
import type { ResolvedTask } from '../../data/columns.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { isErrno } from '../../store/fileErrors.js';
import { trainingRows, trainingSource, type TrainedPrompt } from '../trainingRows.js';
import { hashed, type TextRow } from './textRows.js';

/** Tells which rows a prompt was trained on, by hashes of input and target; those of one file are kept, since they are asked for again and again. */
export interface TrainedRows {
  /** How many of the rows stood in the data that a prompt was trained on; 0 where that file is gone. */
  count(prompt: TrainedPrompt, task: ResolvedTask, rows: readonly TextRow[]): Promise<number>;
}

export function openTrainedRows(): TrainedRows {
  let known: { readonly key: string; readonly hashes: ReadonlySet<string> } | undefined;
  return {
    async count(prompt, task, rows) {
      const source = trainingSource(prompt);
      const changed = source && (await changedMs(source.path));
      if (changed === undefined) return 0;
      const key = JSON.stringify([source, changed, task, prompt.recipe?.training.seed, prompt.recipe?.data]);
      if (known?.key !== key) known = { key, hashes: await hashesOf(prompt, task) };
      const { hashes } = known;
      return rows.filter(({ content }) => 'example' in content && hashes.has(hashOf(content.example))).length;
    },
  };
}

async function hashesOf(prompt: TrainedPrompt, task: ResolvedTask): Promise<ReadonlySet<string>> {
  try {
    return new Set((await trainingRows(prompt, '', task)).map(hashOf));
  } catch (error) {
    // A file that became another says nothing of what the prompt was trained on.
    if (error instanceof SoftpromptError) return new Set();
    throw error;
  }
}

const hashOf = ({ input, target }: { input: string; target: string }): string => hashed(`${input}\u0000${target}`);

async function changedMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}
