import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { groupsOfRows, groupTables, strangers } from '../data/groups.js';
import { readSource } from '../data/readSource.js';
import { holdOut } from '../data/splits.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Example, Table } from '../protocol/dataset.js';
import type { Split } from '../protocol/events.js';
import type { DataConfig, Recipe } from '../protocol/recipe.js';

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
  /** Where the recipe groups its rows: what the splits are made of. */
  readonly grouped?: GroupedData;
}

export interface GroupedData {
  readonly column: string;
  /** Each group's rows alone, without test rows; by name. */
  readonly groups: ReadonlyMap<string, PreparedData>;
  /** Whose each test row is. */
  readonly test: readonly string[];
}

interface Tables {
  readonly train: Table;
  readonly dev: Table | undefined;
  readonly test: Table | undefined;
}

/** Reads every file that the recipe names. Paths are relative to `folder`. Throws `data.*` errors with file and line. */
export async function prepareData(
  data: DataConfig,
  folder: string,
  seed: number,
  { groupBy, evaluation }: Partial<Pick<Recipe, 'groupBy' | 'evaluation'>> = {},
): Promise<PreparedData> {
  const read = (source: string | DatasetSource): Promise<Table> => readSource(source, folder, data.preset);
  const tables: Tables = {
    train: await read(data.train),
    dev: data.dev === undefined ? undefined : await read(data.dev),
    test: data.test === undefined ? undefined : await read(data.test),
  };
  if (groupBy === undefined) return prepareTables(tables, data, seed);
  return prepareGroups(tables, data, seed, { column: groupBy, mayBeBare: evaluation?.unknownGroups === 'bare' });
}

function prepareTables({ train: table, dev, test: testTable }: Tables, data: DataConfig, seed: number): PreparedData {
  const task = inferTask(table, data);
  const all = makeExamples(table, task);
  const test = testTable ? makeExamples(testTable, task) : [];
  const sources = { train: table.source, dev: (dev ?? table).source, ...(testTable && { test: testTable.source }) };
  if (dev) return { task, splits: { train: all, dev: makeExamples(dev, task), test }, sources };
  const held = holdOut(all.length, data.devRows, seed, task.labels && all.map((e) => e.label));
  const pick = (rows: readonly number[]): Example[] => rows.map((i) => all[i] as Example);
  return { task, splits: { train: pick(held.train), dev: pick(held.dev), test }, sources };
}

/**
 * Each group is prepared as if there were no other: of its rows and the recipe alone. Throws `data.untrainedGroup` for dev rows of a group
 * that has none to train on, and for such test rows unless the bare model may answer them.
 */
function prepareGroups(
  { train, dev, test }: Tables,
  data: DataConfig,
  seed: number,
  { column, mayBeBare }: { readonly column: string; readonly mayBeBare: boolean },
): PreparedData {
  const trainTables = groupTables(train, column);
  const knownGroups = (table: Table, refuses: boolean): string[] => {
    const groups = groupsOfRows(table, column);
    const unknown = strangers(table, groups, (group) => trainTables.has(group));
    if (unknown && refuses) {
      const { file, line, group, rows } = unknown;
      throw new SoftpromptError('data.untrainedGroup', { file, line, column, group, rows });
    }
    return groups;
  };
  if (dev) knownGroups(dev, true);
  const devTables = dev && groupTables(dev, column);
  const testGroups = test ? knownGroups(test, !mayBeBare) : [];
  const groups = new Map<string, PreparedData>();
  for (const [group, own] of trainTables) {
    // A group without dev rows of its own keeps its last step.
    const ownDev = dev && (devTables?.get(group) ?? { ...dev, columns: own.columns, rows: [] });
    groups.set(group, prepareTables({ train: own, dev: ownDev, test: undefined }, data, seed));
  }
  const each = [...groups.values()];
  const task = each[0]?.task ?? inferTask(train, data);
  return {
    task,
    splits: {
      train: each.flatMap(({ splits }) => splits.train),
      dev: each.flatMap(({ splits }) => splits.dev),
      test: test ? makeExamples(test, task) : [],
    },
    sources: { train: train.source, dev: (dev ?? train).source, ...(test && { test: test.source }) },
    grouped: { column, groups, test: testGroups },
  };
}
