import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readSource } from '../data/readSource.js';
import { holdOut } from '../data/splits.js';
import type { DatasetSource, Example, Table } from '../protocol/dataset.js';
import type { Split } from '../protocol/events.js';
import type { DataConfig } from '../protocol/recipe.js';

/** A recipe's data, read and made into examples. */
export interface PreparedData {
  readonly task: ResolvedTask;
  readonly splits: {
    readonly train: readonly Example[];
    readonly dev: readonly Example[];
    readonly test: readonly Example[];
  };
  /** How each split's file was read; a held-out dev split has the training file's. */
  readonly sources: Readonly<Partial<Record<Split, DatasetSource>>>;
}

/** Reads every file that the recipe names. Paths are relative to `folder`. Throws `data.*` errors with file and line. */
export async function prepareData(data: DataConfig, folder: string, seed: number): Promise<PreparedData> {
  const read = (source: string | DatasetSource): Promise<Table> => readSource(source, folder, data.preset);
  const trainTable = await read(data.train);
  const task = inferTask(trainTable, data);
  const all = makeExamples(trainTable, task);
  const devTable = data.dev === undefined ? undefined : await read(data.dev);
  const testTable = data.test === undefined ? undefined : await read(data.test);
  const test = testTable ? makeExamples(testTable, task) : [];
  const sources = {
    train: trainTable.source,
    dev: (devTable ?? trainTable).source,
    ...(testTable && { test: testTable.source }),
  };
  if (devTable) return { task, splits: { train: all, dev: makeExamples(devTable, task), test }, sources };
  const held = holdOut(all.length, data.devRows, seed, task.labels && all.map((e) => e.label));
  const pick = (rows: readonly number[]): Example[] => rows.map((i) => all[i] as Example);
  return { task, splits: { train: pick(held.train), dev: pick(held.dev), test }, sources };
}
