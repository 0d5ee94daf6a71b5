import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import type { RunEvent } from '../../src/protocol/events.js';
import type { RecipeInput } from '../../src/protocol/recipe.js';
import { listRuns } from '../../src/store/catalogue.js';
import { loadPrompt, trainingStateFile } from '../../src/store/promptFolder.js';
import { resume, train } from '../../src/training/run.js';
import { everyMethod, shortRecipe } from '../support/trainedRuns.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-methods-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Method = NonNullable<RecipeInput['method']>;
const request = (store: string, method: Method, training: object = {}, template?: string) => ({
  ...shortRecipe({ maxSteps: 8, evalEvery: 4, ...training }, method, template),
  store: join(folder, store),
  cacheFolder: join(folder, 'cache'),
});
const bytesOf = async (prompt: string): Promise<Buffer[]> => [
  await readFile(join(prompt, 'adapter_model.safetensors')),
  await readFile(join(prompt, 'adapter_config.json')),
];
const lossesIn = (events: readonly RunEvent[]): number[] => events.flatMap((e) => (e.type === 'step' ? [e.loss] : []));

describe.each(Object.entries(everyMethod))('%s', (name, { method, learningRate }) => {
  it('learns, and is the same when it was stopped and resumed', async () => {
    const events: RunEvent[] = [];
    const whole = await train(request(`${name} whole`, method, { learningRate }), (e) => events.push(e), never);
    const losses = lossesIn(events);
    expect(losses).toHaveLength(8);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);

    const stop = new AbortController();
    const store = join(folder, `${name} stopped`);
    const atFive = (e: RunEvent): void => void (e.type === 'step' && e.step === 5 && stop.abort());
    await train(request(`${name} stopped`, method, { learningRate }), atFive, stop.signal);
    const [run] = await listRuns(store);
    const resumed = await resume({ runFolder: run?.folder ?? '', cacheFolder: join(folder, 'cache') }, ignore, never);
    expect(await bytesOf(resumed.folder)).toEqual(await bytesOf(whole.folder));
  });

  it('keeps what was scored: the saved prompt scores the same by itself', async () => {
    const asked = request(`${name} scored`, method, { learningRate });
    const events: RunEvent[] = [];
    const { folder: promptFolder } = await train(
      { ...asked, recipe: { ...asked.recipe, data: { ...asked.recipe.data, test: 'tickets/test.jsonl' } } },
      (e) => events.push(e),
      never,
    );
    const tested = events.flatMap((e) => (e.type === 'evaluation' && e.split === 'test' && !e.baseline ? [e] : []));
    const again = await evaluatePrompt(
      {
        promptFolder,
        cacheFolder: join(folder, 'cache'),
        file: { path: 'media/sample/tickets/test.jsonl' },
        baseline: false,
        provider: 'cpu',
        threads: 2,
      },
      ignore,
      never,
    );
    expect(tested.map((e) => e.metrics)).toEqual([again.metrics]);
    const { details, nearest } = await loadPrompt(promptFolder);
    expect(nearest).toHaveLength(4);
    expect(details?.training.trainable).toBeGreaterThan(0);
  });

  it('goes on from a saved prompt where that stood, with its encoder', async () => {
    const { folder: promptFolder } = await train(request(`${name} first`, method, { learningRate }), ignore, never);
    expect((await readFile(trainingStateFile(promptFolder))).length).toBeGreaterThan(0);
    const file = { prompt_tuning_init: 'file', prompt_tuning_init_file: promptFolder } as const;
    // A rate of nearly nothing: what is kept is what it began with.
    const still = { learningRate: 1e-12, maxSteps: 1, evalEvery: 1 };
    const { folder: next } = await train(request(`${name} next`, { ...method, ...file }, still), ignore, never);
    const [before, after] = [await loadPrompt(promptFolder), await loadPrompt(next)];
    expect(after.embeddings.shape).toEqual(before.embeddings.shape);
    after.embeddings.data.forEach((x, i) => expect(x).toBeCloseTo(before.embeddings.data[i] ?? NaN, 5));
  });
});

describe('a prompt of one method as the start of another', () => {
  const still = { learningRate: 1e-12, maxSteps: 1, evalEvery: 1 };
  const startLoss = async (store: string, method: Method): Promise<number> => {
    const events: RunEvent[] = [];
    await train(request(store, method, still), (e) => events.push(e), never);
    return lossesIn(events)[0] ?? NaN;
  };

  it.each([
    'prefix tuning',
    'prefix tuning through a projection',
    'P-tuning with an MLP',
    'P-tuning with an LSTM',
  ] as const)('%s begins with the loss at which prompt tuning ended', async (other) => {
    const { folder: prompt } = await train(
      request(`from ${other}`, everyMethod['prompt tuning'].method, { learningRate: 0.1 }),
      ignore,
      never,
    );
    const file = { prompt_tuning_init: 'file', prompt_tuning_init_file: prompt } as const;
    const same = await startLoss(`same ${other}`, { ...everyMethod['prompt tuning'].method, ...file });
    expect(await startLoss(`as ${other}`, { ...everyMethod[other].method, ...file })).toBeCloseTo(same, 4);
  });

  it('is refused where keys and values would have to become input vectors', async () => {
    const { folder: prefix } = await train(request('prefix', everyMethod['prefix tuning'].method), ignore, never);
    const file = { prompt_tuning_init: 'file', prompt_tuning_init_file: prefix } as const;
    await expect(startLoss('refused', { ...everyMethod['prompt tuning'].method, ...file })).rejects.toMatchObject({
      code: 'run.initKind',
    });
  });
});

describe('virtual tokens inside the template', () => {
  it.each(['prompt tuning', 'P-tuning with an LSTM'] as const)('are trained, saved and scored: %s', async (name) => {
    const { method, learningRate } = everyMethod[name];
    const template = '[P×3] {text}\nTopic [P×1] ?:';
    const events: RunEvent[] = [];
    const result = await train(
      request(`placed ${name}`, method, { learningRate }, template),
      (e) => events.push(e),
      never,
    );
    const losses = lossesIn(events);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
    expect(events.filter((e) => e.type === 'evaluation' && e.baseline)).toHaveLength(1);
    const { rows } = await evaluatePrompt(
      {
        promptFolder: result.folder,
        cacheFolder: join(folder, 'cache'),
        file: { path: 'media/sample/tickets/test.jsonl' },
        baseline: true,
        provider: 'cpu',
        maxRows: 5,
      },
      ignore,
      never,
    );
    expect(rows).toHaveLength(5);
  });
});
