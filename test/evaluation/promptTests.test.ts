import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import { runPromptTests, type TestedFile } from '../../src/evaluation/promptTests.js';
import type { RecipeTest } from '../../src/protocol/recipe.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { train } from '../../src/training/run.js';
import { validateRecipe } from '../../src/training/validateRecipe.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';

let folder: string;
let promptFolder: string;
const { recipe, recipeFile } = shortRecipe({ maxSteps: 10, evalEvery: 10 });

beforeAll(async () => {
  folder = await ownHome('prompt-tests');
  await mkdir(folder, { recursive: true });
  const rows = (await readFile('media/sample/tickets/test.jsonl', 'utf8')).split('\n');
  await writeFile(join(folder, 'first.jsonl'), rows.slice(0, 12).join('\n'));
  await writeFile(join(folder, 'second.jsonl'), rows.slice(12, 20).join('\n'));
  const request = { recipe, recipeFile, store: join(folder, 'store'), cacheFolder: cacheFolder(), spinning: false };
  ({ folder: promptFolder } = await train(request, () => undefined, new AbortController().signal));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const test = (tests: RecipeTest[], signal = new AbortController().signal): Promise<TestedFile[]> =>
  runPromptTests(
    { tests, promptFolder, recipeFile: join(folder, 'a.softprompt.json'), cacheFolder: cacheFolder(), provider: 'cpu' },
    () => undefined,
    signal,
  );

it('judges the rows of several files in one pass as each file alone is judged', async () => {
  const [first, second] = await test([
    { file: 'first.jsonl', metric: 'accuracy', atLeast: 0 },
    { file: 'second.jsonl', metric: 'accuracy', atLeast: 1 },
    { file: { path: 'first.jsonl' }, metric: 'macroF1', atLeast: 1 },
  ]);
  const alone = (name: string) =>
    evaluatePrompt(
      {
        promptFolder,
        cacheFolder: cacheFolder(),
        provider: 'cpu',
        file: { path: join(folder, name) },
        baseline: false,
      },
      () => undefined,
      new AbortController().signal,
    );
  const [one, two] = [await alone('first.jsonl'), await alone('second.jsonl')];
  expect(first?.metrics).toEqual(one.metrics);
  expect(second?.metrics).toEqual(two.metrics);
  expect(first?.file.path).toBe(join(folder, 'first.jsonl'));
  expect(first?.gates).toMatchObject([
    { metric: 'accuracy', value: one.metrics.accuracy, passed: true },
    { metric: 'macroF1', value: one.metrics.macroF1, passed: one.metrics.macroF1 === 1 },
  ]);
  const wrong = two.rows.filter(({ expected, predicted }) => expected !== predicted);
  expect(second?.wrong.map(({ line, predicted }) => [line, predicted])).toEqual(
    wrong.map(({ line, predicted }) => [line, predicted]),
  );
});

it('writes texts where they are to be compared with their targets', async () => {
  const data = { template: '{text}\nQueue:', target: '{queue}', task: 'generation' } as const;
  const named = { ...recipe, name: 'writer', data: { ...recipe.data, ...data }, baseline: false };
  const request = { recipe: named, recipeFile, store: join(folder, 'store'), cacheFolder: cacheFolder() };
  const written = await train(request, () => undefined, new AbortController().signal);
  const tests: RecipeTest[] = [
    { file: 'second.jsonl', metric: 'exactMatch', atLeast: 1 },
    { file: 'second.jsonl', metric: 'perplexity', atMost: 1e9 },
    { file: 'first.jsonl', metric: 'perplexity', atMost: 1 },
  ];
  const progress: number[] = [];
  const [second, first] = await runPromptTests(
    {
      tests,
      promptFolder: written.folder,
      recipeFile: join(folder, 'a.softprompt.json'),
      cacheFolder: cacheFolder(),
      provider: 'cpu',
    },
    (done, total) => progress.push(done / total),
    new AbortController().signal,
  );
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const exactMatch = second?.metrics.exactMatch ?? -1;
  expect(second?.wrong).toHaveLength(Math.round(8 * (1 - exactMatch)));
  expect(second?.gates).toMatchObject([{ value: exactMatch, passed: exactMatch === 1 }, { passed: true }]);
  expect(first?.gates).toMatchObject([{ metric: 'perplexity', passed: false }]);
  expect(first?.metrics).not.toHaveProperty('exactMatch');
});

it('refuses a metric that the rows do not have', async () => {
  await expect(test([{ file: 'first.jsonl', metric: 'perplexity', atMost: 9 }])).rejects.toMatchObject({
    code: 'recipe.testMetric',
    args: { metric: 'perplexity', known: 'accuracy, macroF1' },
  });
});

it('stops when it is asked to', async () => {
  const abort = new AbortController();
  abort.abort();
  await expect(test([{ file: 'first.jsonl', metric: 'accuracy', atLeast: 0 }], abort.signal)).rejects.toBe(
    abort.signal.reason,
  );
});

it('is checked with its recipe: files that are there, metrics that the task has', async () => {
  const tests: RecipeTest[] = [
    { file: 'tickets/test.jsonl', metric: 'accuracy', atLeast: 0.5 },
    { file: 'tickets/none.jsonl', metric: 'accuracy', atLeast: 0.5 },
    { file: 'tickets/test.jsonl', metric: 'bleu', atLeast: 5 },
  ];
  expect(await validateRecipe({ recipe: { ...recipe, tests }, recipeFile })).toMatchObject([
    { path: ['tests', 1, 'file'], error: { code: 'data.fileMissing', args: { file: 'tickets/none.jsonl' } } },
    { path: ['tests', 2, 'metric'], error: { code: 'recipe.testMetric' } },
  ]);
});
