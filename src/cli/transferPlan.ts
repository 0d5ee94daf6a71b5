import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { inferTask, type ResolvedTask, type TaskConfig } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { recognisePreset } from '../data/presets/recognisePreset.js';
import { locateSource, readSource } from '../data/readSource.js';
import { hasColumns, transferredTask } from '../data/transferredTask.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Table } from '../protocol/dataset.js';
import { nameFromFile } from '../protocol/parseRecipe.js';
import { presetIds, type PresetId } from '../protocol/presets.js';
import { findPrompt } from '../store/catalogue.js';
import { loadPrompt } from '../store/promptFolder.js';
import type { StoredSweep } from '../store/sweepFolder.js';
import { recipeFromFile } from './recipeOptions.js';
import { plannedRuns, type SweepOptions } from './sweepCommand.js';
import type { World } from './world.js';

/** What is to be evaluated: a saved prompt, or those that a recipe's runs make. */
export interface PlannedSource {
  readonly name: string;
  readonly made: { readonly folder: string } | { readonly sweep: StoredSweep };
  /** How it words its own rows; unknown of an adapter that PEFT saved. */
  readonly task?: ResolvedTask;
  /** The rows that it is tested on at home. */
  readonly test?: DatasetSource;
}

/** A file to evaluate on. */
export interface PlannedSet {
  readonly name: string;
  /** Its path is absolute. */
  readonly source: DatasetSource;
  /** What was said of its rows: by PRESET=FILE, by a recipe. */
  readonly said?: TaskConfig;
}

const recipeEnding = '.softprompt.json';

/** Throws what reading a recipe with its training rows, or a prompt, throws. */
export async function plannedSource(
  name: string,
  store: string,
  options: SweepOptions,
  world: World,
): Promise<PlannedSource> {
  if (!name.endsWith(recipeEnding)) {
    const folder = await findPrompt(store, name, world.folder);
    const { details, history = [] } = await loadPrompt(folder);
    const tested = history.find((event) => event.type === 'data' && event.split === 'test');
    return {
      name: details?.name ?? basename(folder),
      made: { folder },
      ...(details && { task: details.task }),
      // Where that file is gone, there is nothing to compare with, as is said then.
      ...(tested?.type === 'data' && existsSync(tested.source.path) && { test: tested.source }),
    };
  }
  const { recipe, sweep } = await plannedRuns(name, options, world);
  const { data } = recipe;
  const folder = dirname(sweep.recipeFile);
  return {
    name: sweep.name,
    made: { sweep },
    task: inferTask(await readSource(data.train, folder, data.preset), data),
    ...(data.test !== undefined && { test: locateSource(data.test, folder) }),
  };
}

/** The sources' own test rows, then what `--to` names: PRESET=FILE, a recipe with test rows, or a file. */
export async function plannedSets(
  sources: readonly PlannedSource[],
  named: readonly string[],
  { folder }: World,
): Promise<PlannedSet[]> {
  const sets: PlannedSet[] = [];
  const add = (source: DatasetSource, name: string, said?: TaskConfig): void => {
    if (sets.some((set) => set.source.path === source.path)) return;
    const names = [name, basename(source.path), source.path];
    const free = names.find((each) => !sets.some((set) => set.name === each)) ?? source.path;
    sets.push({ name: free, source, ...(said && { said }) });
  };
  for (const { name, task, test } of sources) if (test) add(test, task?.preset ?? name, task && wordsIn(task));
  for (const each of named) {
    const [preset, file] = presetFile(each);
    if (preset !== undefined) add({ path: resolve(folder, file) }, preset, { preset });
    else if (each.endsWith(recipeEnding)) {
      const { recipe, recipeFile } = await recipeFromFile(each, {}, folder);
      const { test, dev, train } = recipe.data;
      add(locateSource(test ?? dev ?? train, dirname(recipeFile)), nameFromFile(recipeFile), wordsIn(recipe.data));
    } else add({ path: resolve(folder, each) }, nameFromFile(each));
  }
  if (sets.length > 0) return sets;
  throw new SoftpromptError('transfer.noSets', { names: sources.map(({ name }) => name).join(', ') });
}

const wordsIn = ({ preset, template, target, labels, task }: TaskConfig): TaskConfig => ({
  ...(preset && { preset }),
  ...(template !== undefined && { template }),
  ...(target !== undefined && { target }),
  ...(labels && { labels }),
  ...(task && { task }),
});

/** mrpc=test.txt */
function presetFile(text: string): [PresetId | undefined, string] {
  const [, name, file = ''] = /^([\w-]+)=(.+)$/s.exec(text) ?? [];
  return [presetIds.find((id) => id === name), file];
}

export interface PlannedPair {
  readonly source: PlannedSource;
  readonly set: PlannedSet;
  readonly isInDomain: boolean;
  /** Absent where the rows are worded as those that were trained on. */
  readonly ownWords?: TaskConfig;
}

/**
 * Every source with every set. All rows are worded once, so that what is wrong with a file is said before anything is trained. Throws what
 * reading the files, `makeExamples` and `transferredTask` throw.
 */
export async function plannedPairs(
  sources: readonly PlannedSource[],
  sets: readonly PlannedSet[],
): Promise<PlannedPair[]> {
  const tables = new Map<PlannedSet, { readonly table: Table; readonly preset: PresetId | undefined }>();
  for (const set of sets) {
    const table = await readSource(set.source, '', set.said?.preset);
    tables.set(set, { table, preset: set.said ? set.said.preset : recognisePreset(table, set.source.path) });
  }
  return sources.flatMap((source) => {
    const { task, test } = source;
    const same = sets.find((set) => task?.preset !== undefined && tables.get(set)?.preset === task.preset);
    const own = test ? sets.find((set) => set.source.path === test.path) : same;
    return sets.map((set): PlannedPair => {
      const { table, preset } = tables.get(set) ?? {};
      const ownWords = set === own || !task || !table ? undefined : wordsOf(set, preset, task, table);
      if (task && table) {
        const worded = ownWords ? transferredTask(task, inferTask(table, ownWords), table.file) : task;
        makeExamples(table, worded);
      }
      return { source, set, isInDomain: set === own, ...(ownWords && { ownWords }) };
    });
  });
}

/** What a recipe or PRESET=FILE says holds; a mere file is worded as the prompt's own where it has those columns, else by its preset. */
function wordsOf(
  { said }: PlannedSet,
  preset: PresetId | undefined,
  task: ResolvedTask,
  table: Table,
): TaskConfig | undefined {
  const isPresetAlone = said?.template === undefined && said?.target === undefined && said?.labels === undefined;
  if (preset !== undefined && preset === task.preset && isPresetAlone) return undefined;
  if (said) return said;
  if (preset === undefined || (task.preset === undefined && hasColumns(task, table.columns))) return undefined;
  return { preset };
}
