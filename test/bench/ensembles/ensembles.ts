import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { evaluateEnsemble } from '../../../src/evaluation/evaluateEnsemble.js';
import { voteRules } from '../../../src/protocol/evaluation.js';
import { seedName } from '../../../src/protocol/seedRecipes.js';
import { summarisePrompt } from '../../../src/store/promptFolder.js';
import { promptsFolder } from '../../../src/store/storeLocation.js';
import { runProduct } from '../commandLines.js';
import { datasets, recipeOf, seeds, settingKey, settings, type Setting } from './grid.js';
import { ensembleTables } from './tables.js';

const folder = 'test/bench/ensembles';
const resultsFile = join(folder, 'results.jsonl');
/** Git ignores it: what was trained stays there, so that a stopped run goes on. */
const store = join(folder, '.softprompt');
const home = join(store, 'home');

const voteScore = z.object({
  value: z.number(),
  gain: z.number(),
  gainInterval: z.object({ low: z.number(), high: z.number() }),
  calibrationError: z.number(),
});
const resultSchema = z.object({
  key: z.string(),
  rows: z.number(),
  /** Accuracy of the bare template. */
  baseline: z.number(),
  members: z.array(z.number()),
  mean: z.number(),
  best: z.number(),
  votes: z.record(z.enum(voteRules), voteScore),
  entropy: z.number(),
  disagreement: z.number(),
  disagreed: z.number(),
  /** Of the five trainings together, as the prompts say. */
  trainingSeconds: z.number(),
  seconds: z.number(),
});
export type SettingResult = z.infer<typeof resultSchema>;

/**
 * Trains five seeds of each setting and scores them together on the test rows; a line is appended as each setting ends. Goes on where it was
 * stopped: what is trained is not trained again. In the end the table is made afresh.
 */
export async function benchEnsembles(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string', default: 'bundled,smollm2' } } });
  const wanted = values.only.split(',');
  await mkdir(home, { recursive: true });
  const done = new Set((await readResults()).map(({ key }) => key));
  for (const setting of settings) {
    const key = settingKey(setting);
    if (done.has(key) || !wanted.some((part) => key.includes(part))) continue;
    const prompts: string[] = [];
    for (const seed of seeds) prompts.push(await train(setting, seed));
    const result = await score(setting, prompts);
    await appendFile(resultsFile, `${JSON.stringify(result)}\n`);
    process.stdout.write(`${key}: mean ${result.mean}, majority ${result.votes.majority.value}\n`);
  }
  await writeFile(join(folder, 'README.md'), ensembleTables(await readResults()));
}

/** By the product itself; gives back the prompt's folder. */
async function train(setting: Setting, seed: number): Promise<string> {
  const recipe = join(store, `${setting.model}-${setting.dataset}.softprompt.json`);
  const name = seedName(basename(recipe, '.softprompt.json'), seed);
  const prompt = join(promptsFolder(store), name);
  if (existsSync(prompt)) return prompt;
  await writeFile(recipe, JSON.stringify(recipeOf(setting)));
  const command = ['train', recipe, '--store', store, '--seed', String(seed), '--name', name];
  const code = await runProduct(command, home, () => undefined);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  process.stdout.write(`${name}\n`);
  return prompt;
}

async function score(setting: Setting, prompts: readonly string[]): Promise<SettingResult> {
  const { test } = datasets[setting.dataset];
  const start = performance.now();
  const { report, baseline, rows } = await evaluateEnsemble(
    {
      prompts,
      vote: 'majority',
      cacheFolder: join(home, 'cache'),
      file: typeof test === 'string' ? { path: test } : { ...test, columns: [...test.columns] },
      threads: 1,
      provider: 'cpu',
      baseline: true,
    },
    () => undefined,
    new AbortController().signal,
  );
  const seconds = (performance.now() - start) / 1000;
  const trained = await Promise.all(prompts.map((prompt) => summarisePrompt(prompt)));
  const votes = Object.fromEntries(
    voteRules.map((rule) => {
      const { value, gain, gainInterval, calibration } = report.votes[rule];
      return [rule, { value, gain, gainInterval, calibrationError: calibration.error }];
    }),
  );
  return resultSchema.parse({
    key: settingKey(setting),
    rows: rows.length,
    baseline: baseline?.accuracy,
    members: report.members.map(({ value }) => value),
    mean: report.mean,
    best: report.best,
    votes,
    entropy: report.entropy,
    disagreement: report.disagreement,
    disagreed: report.disagreed.length,
    trainingSeconds: trained.reduce((sum, { details }) => sum + (details?.training.seconds ?? 0), 0),
    seconds,
  });
}

async function readResults(): Promise<SettingResult[]> {
  if (!existsSync(resultsFile)) return [];
  const lines = (await readFile(resultsFile, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => resultSchema.parse(JSON.parse(line)));
}
