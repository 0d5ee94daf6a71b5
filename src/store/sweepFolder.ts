import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { csvText } from '../common/csv.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { metricNames } from '../protocol/events.js';
import { recipeSchema, type Recipe } from '../protocol/recipe.js';
import type { SweepOutcome, SweepTable } from '../protocol/sweepTable.js';
import { valueText } from '../protocol/sweepTable.js';
import { writeFileAtomic } from './atomicFile.js';
import { isAlive } from './liveProcess.js';
import { formatJson, readJson, readJsonIfPresent } from './readJson.js';
import { ensureStore, sweepsFolder } from './storeLocation.js';

/**
 * A sweep's folder, `sweeps/NAME/`: `sweep.json` has its recipes as they were when it was started, `results/RUN.json` what became of each
 * run, written by the process that ran it, and `table.json` and `table.csv` all of them together.
 */
const values = z.record(z.string(), z.unknown());
const score = z.object({ metric: z.enum(metricNames), value: z.number() });
const scores = { dev: z.exactOptional(score), test: z.exactOptional(score) };
const outcome = {
  state: z.enum(['waiting', 'running', 'finished', 'stopped', 'failed']),
  run: z.exactOptional(z.string()),
  ...scores,
  baseline: z.exactOptional(z.object(scores)),
  steps: z.exactOptional(z.number()),
  seconds: z.exactOptional(z.number()),
  error: z.exactOptional(z.object({ code: z.string(), args: z.record(z.string(), z.unknown()) })),
};
const outcomeSchema: z.ZodType<SweepOutcome> = z.object(outcome);
const tableSchema: z.ZodType<SweepTable> = z.object({
  version: z.literal(1),
  name: z.string(),
  recipeFile: z.string(),
  fields: z.array(z.string()),
  results: z.array(z.object({ ...outcome, name: z.string(), values })),
});
const sweepSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** Paths in the recipes are relative to this file, absolute. */
  recipeFile: z.string(),
  fields: z.array(z.string()),
  runs: z.array(z.object({ name: z.string(), values, recipe: recipeSchema })),
});
export interface StoredSweep {
  readonly version: 1;
  readonly name: string;
  readonly recipeFile: string;
  readonly fields: readonly string[];
  readonly runs: readonly {
    readonly name: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly recipe: Recipe;
  }[];
}

export const sweepFolderOf = (store: string, name: string): string => join(sweepsFolder(store), name);
export const tableFile = (folder: string): string => join(folder, 'table.json');
export const csvFile = (folder: string): string => join(folder, 'table.csv');
const sweepFile = (folder: string): string => join(folder, 'sweep.json');
const outcomeFile = (folder: string, run: string): string => join(folder, 'results', `${run}.json`);
const ownerFile = (folder: string): string => join(folder, 'owner.json');

/** Makes a sweep's folder, or writes its runs anew. Throws `store.noSpace` or `store.readOnly`. */
export async function writeSweep(store: string, sweep: StoredSweep): Promise<void> {
  await ensureStore(store);
  await writeFileAtomic(sweepFile(sweepFolderOf(store, sweep.name)), formatJson(sweep));
}

/** Throws `store.badSweep`, `store.fileMissing` or `store.unreadable`. */
export const readSweep = (folder: string): Promise<StoredSweep> => readJson(sweepFile(folder), sweepSchema, badSweep);

/** Undefined before it ended, or where nobody knows. Throws `store.badSweep` or `store.unreadable`. */
export const readOutcome = (folder: string, run: string): Promise<SweepOutcome | undefined> =>
  readJsonIfPresent(outcomeFile(folder, run), outcomeSchema, badSweep);

export const writeOutcome = (folder: string, run: string, result: SweepOutcome): Promise<void> =>
  writeFileAtomic(outcomeFile(folder, run), formatJson(result));

export const forgetOutcome = (folder: string, run: string): Promise<void> =>
  rm(outcomeFile(folder, run), { force: true });

/** Undefined where there is none. Throws `store.badSweep` or `store.unreadable`. */
export const readTable = (folder: string): Promise<SweepTable | undefined> =>
  readJsonIfPresent(tableFile(folder), tableSchema, badSweep);

/** Puts all outcomes together, into `table.json` and `table.csv`, and gives them back. */
export async function writeTable(folder: string, { name, recipeFile, fields, runs }: StoredSweep): Promise<SweepTable> {
  const results = [];
  for (const run of runs) {
    const known = await readOutcome(folder, run.name);
    results.push({ name: run.name, values: run.values, ...(known ?? { state: 'waiting' as const }) });
  }
  const table: SweepTable = { version: 1, name, recipeFile, fields, results };
  await writeFileAtomic(tableFile(folder), formatJson(table));
  await writeFileAtomic(csvFile(folder), csvOf(table));
  return table;
}

/** A line for each run, with the fields' paths and what was scored as the head. */
function csvOf({ fields, results }: SweepTable): string {
  const head = [
    'name',
    ...fields,
    'state',
    'metric',
    'dev',
    'test',
    'bare dev',
    'bare test',
    'steps',
    'seconds',
    'run',
  ];
  const lines = results.map(({ name, values: of, state, dev, test, baseline, steps, seconds, run }) => [
    name,
    ...fields.map((field) => valueText(of[field])),
    state,
    test?.metric ?? dev?.metric,
    dev?.value,
    test?.value,
    baseline?.dev?.value,
    baseline?.test?.value,
    steps,
    seconds,
    run,
  ]);
  return csvText([head, ...lines]);
}

/** Keeps a second process from the same sweep; gives back what ends that. Throws `store.sweepInUse`. */
export async function ownSweep(folder: string, name: string): Promise<() => Promise<void>> {
  const owner = await readJsonIfPresent(ownerFile(folder), z.object({ pid: z.int() }), badSweep);
  if (owner !== undefined && owner.pid !== process.pid && isAlive(owner.pid))
    throw new SoftpromptError('store.sweepInUse', { sweep: name, pid: owner.pid });
  await writeFileAtomic(ownerFile(folder), formatJson({ pid: process.pid }));
  return () => rm(ownerFile(folder), { force: true });
}

function badSweep(file: string, found: string, expected: string, cause?: unknown): SoftpromptError<'store.badSweep'> {
  return new SoftpromptError('store.badSweep', { file, found, expected }, cause === undefined ? undefined : { cause });
}
