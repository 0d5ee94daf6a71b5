import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { runProduct } from '../commandLines.js';
import { recipeOf, trialKey, trialsOf, type Trial } from './grid.js';
import { sweepTables } from './tables.js';

const folder = 'test/bench/sweep';
const resultsFile = join(folder, 'results.jsonl');

const resultSchema = z.object({
  key: z.string(),
  /** Best on dev; absent where training broke down. */
  dev: z.number().optional(),
  test: z.number().optional(),
  baseline: z.number().optional(),
  trainable: z.number().optional(),
  /** Of the whole command. */
  seconds: z.number(),
});
export type TrialResult = z.infer<typeof resultSchema>;

/**
 * Trains every trial that has no line yet, two at a time with one thread each, and appends a line as each ends: a stopped sweep goes on where it
 * was. In the end the tables are made afresh.
 */
export async function benchSweep(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string', default: 'rates,defaults' } } });
  const wanted = values.only.split(',').flatMap((purpose) => trialsOf[purpose as Trial['purpose']]());
  const done = new Map((await readResults()).map((result) => [result.key, result]));
  const pending = wanted.filter((trial) => !done.has(trialKey(trial)));
  process.stdout.write(`${wanted.length} trials, ${pending.length} to do\n`);
  const work = await mkdtemp(join(tmpdir(), 'softprompt-sweep-'));
  try {
    await Promise.all(['a', 'b'].map((worker) => takeTrials(pending, join(work, worker))));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await writeFile(join(folder, 'README.md'), sweepTables(await readResults()));
}

async function takeTrials(pending: Trial[], home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  for (let trial = pending.shift(); trial; trial = pending.shift()) {
    const result = { key: trialKey(trial), ...(await run(trial, home)) };
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
    process.stdout.write(`${result.key}: dev ${result.dev ?? 'broke down'}, ${result.seconds.toFixed(0)} s\n`);
  }
}

const evaluationSchema = z.object({
  type: z.literal('evaluation'),
  split: z.string(),
  baseline: z.boolean(),
  value: z.number(),
});

/** One training by the product itself, in a home of its own, so that the two do not wait for each other. */
async function run(trial: Trial, home: string): Promise<Omit<TrialResult, 'key'>> {
  const recipe = join(home, 'sweep.softprompt.json');
  await writeFile(recipe, JSON.stringify(recipeOf(trial)));
  const store = join(home, 'store');
  const start = performance.now();
  const found: { dev?: number; test?: number; baseline?: number; trainable?: number } = {};
  let diverged = false;
  const code = await runProduct(['train', recipe, '--store', store], home, (event) => {
    if (event.type === 'start') found.trainable = z.number().parse(event.trainable);
    if (event.type === 'error') diverged = event.code === 'run.diverged';
    const evaluation = evaluationSchema.safeParse(event);
    if (!evaluation.success) return;
    const { split, baseline, value } = evaluation.data;
    if (split === 'test') found[baseline ? 'baseline' : 'test'] = value;
    else if (!baseline) found.dev = Math.max(found.dev ?? 0, value);
  });
  if (code !== 0 && !diverged) throw new Error(`${trialKey(trial)} ended with ${code}`);
  await rm(store, { recursive: true, force: true });
  return { ...found, seconds: (performance.now() - start) / 1000 };
}

async function readResults(): Promise<TrialResult[]> {
  if (!existsSync(resultsFile)) return [];
  const lines = (await readFile(resultsFile, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => resultSchema.parse(JSON.parse(line)));
}
