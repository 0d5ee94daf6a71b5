import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { SoftpromptError } from '../../src/errors/softpromptError.js';
import { evaluateExamples } from '../../src/evaluation/evaluateExamples.js';
import { noMethod } from '../../src/methods/method.js';
import { openModel } from '../../src/models/openModel.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import { listRuns } from '../../src/store/catalogue.js';
import { readEvents } from '../../src/store/eventLog.js';
import { runFile } from '../../src/store/runFiles.js';
import { estimateRun } from '../../src/training/estimate.js';
import { refuseWithoutRoom } from '../../src/training/refuseTuning.js';
import { resume, train } from '../../src/training/run.js';
import { openRunContext, planRun, type RunRequest } from '../../src/training/runContext.js';
import { shortRecipe } from '../support/trainedRuns.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-tuning-'));
});
afterAll(() => rm(folder, { recursive: true }));

const { recipe: prompted, recipeFile } = shortRecipe({
  maxSteps: 6,
  evalEvery: 3,
  batchSize: 4,
  learningRate: 0.0003,
  bucket: false,
});
const request = (store: string, method: object = {}, baseline = false): RunRequest & { store: string } => ({
  recipe: recipeSchema.parse({ ...prompted, baseline, method: { peft_type: 'MODEL_TUNING', ...method } }),
  recipeFile,
  store: join(folder, store),
  cacheFolder: join(folder, 'cache'),
});
const oneRun = async (store: string): Promise<string> =>
  defined((await listRuns(join(folder, store)))[0], 'a run').folder;
const lossesIn = (events: readonly RunEvent[]): number[] => events.flatMap((e) => (e.type === 'step' ? [e.loss] : []));

describe('model tuning', () => {
  it('learns with all weights, tells scores, and keeps its record alone', async () => {
    const events: RunEvent[] = [];
    const result = await train(request('record', {}, true), (event) => events.push(event), never);
    const run = await oneRun('record');
    expect(result).toEqual({ folder: run, reason: 'finished' });
    const start = events.find((event) => event.type === 'start');
    expect(start?.method).toBe('MODEL_TUNING');
    expect(start?.trainable).toBe(start?.modelParameters);
    const losses = lossesIn(events);
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(events.flatMap((e) => (e.type === 'evaluation' ? [[e.step, e.split, e.baseline]] : []))).toEqual([
      [3, 'dev', true],
      [3, 'dev', false],
      [6, 'dev', false],
    ]);
    expect(events.some((event) => event.type === 'nearest')).toBe(false);
    for (const file of ['checkpoint', 'tunedWeights', 'tunedModel', 'firstVectors'] as const)
      expect(existsSync(runFile(run, file)), file).toBe(false);
    expect(await readEvents(runFile(run, 'events'))).toEqual(events);
    expect(existsSync(join(folder, 'record', 'prompts', 'short'))).toBe(false);
  });

  it('keeps the tuned model as a Hugging Face folder that scores as it did', async () => {
    const events: RunEvent[] = [];
    const asked = request('kept', { save_model: true });
    const { folder: saved } = await train(asked, (event) => events.push(event), never);
    expect(saved).toBe(runFile(await oneRun('kept'), 'tunedModel'));
    const config = JSON.parse(await readFile(join(saved, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({ architectures: ['LlamaForCausalLM'], torch_dtype: 'float32' });
    const context = await openRunContext(asked, ignore);
    const { weights, parameters } = await openModel(saved, { cacheFolder: asked.cacheFolder });
    expect(parameters).toBe(context.base.parameters);
    const best = events.findLast((event) => event.type === 'evaluation' && event.best);
    const evaluation = await evaluateExamples(
      { ...context, weights, task: context.data.task },
      { method: noMethod },
      context.data.splits.dev,
      [],
      () => Promise.resolve(true),
    );
    expect(best).toMatchObject({ loss: evaluation?.loss, metrics: evaluation?.metrics });
  });

  it('goes on to the same losses where it was stopped', async () => {
    const stop = new AbortController();
    const stopped = await train(
      request('stopped'),
      (e) => e.type === 'step' && e.step === 4 && stop.abort(),
      stop.signal,
    );
    const run = await oneRun('stopped');
    expect(stopped).toEqual({ folder: run, reason: 'stopped' });
    expect(existsSync(runFile(run, 'checkpoint'))).toBe(true);
    await resume({ runFolder: run, cacheFolder: join(folder, 'cache') }, ignore, never);
    const whole = await readEvents(runFile(await oneRun('record'), 'events'));
    expect(lossesIn(await readEvents(runFile(run, 'events')))).toEqual(lossesIn(whole));
  });

  it('is refused where it does not fit into memory, with the numbers', async () => {
    const plan = await planRun(request('large'));
    const neededMb = Math.round(estimateRun(plan, 2).memoryMb);
    expect(neededMb).toBeGreaterThan(300);
    expect(() => refuseWithoutRoom(plan, 2, 2 ** 40)).not.toThrow();
    const expected = { model: 'softprompt-9m', parameters: plan.base.parameters, neededMb, availableMb: 64 };
    expect(() => refuseWithoutRoom(plan, 2, 64 * 2 ** 20)).toThrow(new SoftpromptError('run.noRoom', expected));
    const prompt = await planRun({ recipe: prompted, recipeFile });
    expect(() => refuseWithoutRoom(prompt, 2, 64 * 2 ** 20)).not.toThrow();
  });
});

describe('prompt design', () => {
  it('is scored beside the bare model where the recipe asks for it', async () => {
    const events: RunEvent[] = [];
    const asked = request('design', {}, true);
    const recipe = recipeSchema.parse({ ...asked.recipe, method: prompted.method, evaluation: { examples: 2 } });
    await train({ ...asked, recipe }, (event) => events.push(event), never);
    const design = events.filter((event) => event.type === 'design');
    expect(design).toMatchObject([{ split: 'dev', examples: 2, metric: 'accuracy', metrics: { n: 20 } }]);
  });
});
