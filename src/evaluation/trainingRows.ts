import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { groupTables } from '../data/groups.js';
import { presetSource } from '../data/presets/presets.js';
import { readTable } from '../data/readTable.js';
import { holdOut } from '../data/splits.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { GroupSet } from '../store/groupSet.js';
import type { SavedPrompt } from '../store/promptFolder.js';

/** As far as it says what it was trained on. */
export type TrainedPrompt = Pick<SavedPrompt, 'recipe' | 'history'> & Pick<GroupSet, 'source'>;

/**
 * The rows that a saved prompt, or those of groups, were trained on, without those that were held out.
 * Throws `run.noTrainingRows` where the prompt does not say which they are or their file is gone, and what reading them throws.
 */
export async function trainingRows(prompt: TrainedPrompt, name: string, task: ResolvedTask): Promise<Example[]> {
  const source = trainingSource(prompt);
  if (!source || !existsSync(source.path)) {
    throw new SoftpromptError('run.noTrainingRows', { prompt: name, file: source?.path ?? '?' });
  }
  const table = await readTable(source.path, source);
  const { recipe } = prompt;
  if (!recipe || recipe.data.dev !== undefined) return makeExamples(table, task);
  const tables = recipe.groupBy === undefined ? [table] : [...groupTables(table, recipe.groupBy).values()];
  return tables.flatMap((own) => {
    const examples = makeExamples(own, task);
    const labels = task.labels && examples.map(({ label }) => label);
    const { train } = holdOut(examples.length, recipe.data.devRows, recipe.training.seed, labels);
    return train.flatMap((row) => examples[row] ?? []);
  });
}

/** The file of these rows, if anything says. Its run knew the file's whole path; the recipe's own is relative to a file that may be anywhere. */
export function trainingSource({ recipe, history = [], source: known }: TrainedPrompt): DatasetSource | undefined {
  if (known) return known;
  for (const event of history) if (event.type === 'data' && event.split === 'train') return event.source;
  if (!recipe) return undefined;
  const source = typeof recipe.data.train === 'string' ? { path: recipe.data.train } : recipe.data.train;
  return presetSource({ ...source, path: resolve(source.path) }, recipe.data.preset);
}
