import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePrompt, type EvaluateRequest } from '../../src/evaluation/evaluatePrompt.js';
import { train } from '../../src/training/run.js';
import { shortRecipe } from '../support/trainedRuns.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
let folder: string;
let promptFolder: string;
const trainFile = (): string => join(folder, 'tickets/test.jsonl');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-evaluate-'));
  await mkdir(join(folder, 'tickets'));
  await copyFile('media/sample/tickets/test.jsonl', trainFile());
  const asked = shortRecipe({ maxSteps: 4, evalEvery: 4 });
  const recipeFile = join(folder, 'short.softprompt.json');
  const run = { ...asked, recipeFile, store: join(folder, 'store'), cacheFolder: join(folder, 'cache') };
  ({ folder: promptFolder } = await train(run, ignore, never));
});
afterAll(() => rm(folder, { recursive: true }));

const evaluate = (asked: Partial<EvaluateRequest> = {}): ReturnType<typeof evaluatePrompt> =>
  evaluatePrompt(
    {
      promptFolder,
      cacheFolder: join(folder, 'cache'),
      file: { path: resolve('media/sample/tickets/train.jsonl') },
      baseline: false,
      maxRows: 40,
      provider: 'cpu',
      threads: 2,
      ...asked,
    },
    ignore,
    never,
  );

describe('evaluatePrompt', () => {
  it('says how sure a score is, and what was made of each row', async () => {
    const { metrics, interval, calibration, rows } = await evaluate();
    const accuracy = metrics.accuracy ?? NaN;
    expect(interval?.low).toBeLessThanOrEqual(accuracy);
    expect(interval?.high).toBeGreaterThanOrEqual(accuracy);
    expect(calibration?.bins.reduce((n, bin) => n + bin.n, 0)).toBe(40);
    expect(rows.filter(({ right }) => right)).toHaveLength(accuracy * 40);
    expect(metrics.perLabel?.reduce((n, { support }) => n + support, 0)).toBe(40);
    const probabilities = rows[0]?.probabilities ?? [];
    expect(probabilities[0]).toEqual({ label: rows[0]?.predicted, probability: rows[0]?.probability });
    expect(probabilities.reduce((sum, p) => sum + p.probability, 0)).toBeCloseTo(1, 6);
  });

  it('scores the bare model behind rows that the prompt was trained on', async () => {
    const { baselines } = await evaluate({ baseline: true, examples: 4, instruction: 'Name the topic.' });
    expect(baselines.examples?.count).toBe(4);
    expect(baselines.examples?.metrics.n).toBe(40);
    // The examples show what answers look like.
    expect(baselines.examples?.metrics.confusion).not.toEqual(baselines.none?.confusion);
    const again = await evaluate({ examples: 4, instruction: 'Name the topic.' });
    expect(again.baselines).toEqual({ examples: baselines.examples });
    const others = await evaluate({ examples: 4, instruction: 'Name the topic.', seed: 5 });
    expect(others.baselines.examples?.metrics.confusion).not.toEqual(baselines.examples?.metrics.confusion);
  });

  it('compares a prompt with another one, and finds none with itself', async () => {
    const { metrics, against } = await evaluate({ against: promptFolder });
    expect(against?.metrics).toEqual(metrics);
    expect(against?.prompt).toBe('short');
    expect(against?.comparison).toEqual({
      metric: 'accuracy',
      difference: 0,
      interval: { low: 0, high: 0 },
      pValue: 1,
      test: 'mcNemar',
    });
  });

  it('ranks by the mean as well, with the same loss', async () => {
    const [sum, mean] = [await evaluate(), await evaluate({ ranking: 'mean' })];
    expect(mean.rows.map(({ probability }) => probability)).not.toEqual(sum.rows.map(({ probability }) => probability));
  });

  it('says which file is missing where the training rows are gone', async () => {
    const text = await readFile(trainFile());
    await rm(trainFile());
    await expect(evaluate({ examples: 2 })).rejects.toMatchObject({
      code: 'run.noTrainingRows',
      args: { file: trainFile(), prompt: 'short' },
    });
    await expect(evaluate({ instruction: 'Name the topic.' })).resolves.toMatchObject({
      baselines: { examples: { count: 0 } },
    });
    await writeFile(trainFile(), text);
  });
});
