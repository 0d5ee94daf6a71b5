import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeGate } from '../../src/common/gate.js';
import type { RunEvent } from '../../src/protocol/events.js';
import type { Recipe } from '../../src/protocol/recipe.js';
import { readEvents } from '../../src/store/eventLog.js';
import { listRuns } from '../../src/store/catalogue.js';
import { loadPrompt, readFirstVectors } from '../../src/store/promptFolder.js';
import { runFile } from '../../src/store/runFiles.js';
import { takeTurn } from '../../src/store/trainingQueue.js';
import type { Checkpoint } from '../../src/training/checkpoint.js';
import { resume, train } from '../../src/training/run.js';
import { openRunContext } from '../../src/training/runContext.js';
import { keptEmbeddings } from '../../src/training/keptEmbeddings.js';
import { firstParameters } from '../../src/training/firstParameters.js';
import { firstCheckpoint, trainLoop } from '../../src/training/trainLoop.js';
import { shortRecipe } from '../support/trainedRuns.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-run-'));
});
afterAll(() => rm(folder, { recursive: true }));

const { recipeFile: sample } = shortRecipe();
const recipe = (training: object = {}): Recipe => shortRecipe({ maxSteps: 8, evalEvery: 4, ...training }).recipe;
const request = (store: string, training?: object) => ({
  recipe: recipe(training),
  recipeFile: sample,
  store: join(folder, store),
  cacheFolder: join(folder, 'cache'),
});
const promptBytes = (prompt: string): Promise<Buffer> => readFile(join(prompt, 'adapter_model.safetensors'));

describe('a run', () => {
  it('learns, tells every step, and saves a prompt that is read back', async () => {
    const events: RunEvent[] = [];
    const result = await train(request('learns'), (event) => events.push(event), never);
    expect(result.reason).toBe('finished');
    const steps = events.flatMap((e) => (e.type === 'step' ? [e] : []));
    expect(steps.map((e) => e.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(steps.at(-1)?.loss).toBeLessThan((steps[0]?.loss ?? 0) / 2);
    expect(events.filter((e) => e.type === 'evaluation').map((e) => [e.step, e.baseline])).toEqual([
      [3, true],
      [4, false],
      [8, false],
    ]);
    const prompt = await loadPrompt(result.folder);
    expect(prompt.embeddings.shape).toEqual([4, 320]);
    expect(prompt.details?.scores.map((s) => [s.split, s.baseline])).toEqual([
      ['dev', false],
      ['dev', true],
    ]);
    expect(prompt.nearest).toHaveLength(4);
    const context = await openRunContext(request('learns'), ignore);
    const first = await keptEmbeddings(context, await firstParameters(context, sample));
    expect(await readFirstVectors(result.folder, prompt.embeddings.shape)).toEqual(first);
    const [run] = await listRuns(join(folder, 'learns'));
    expect(run && 'value' in run && run.value.state).toBe('finished');
    expect(await readEvents(runFile(run?.folder ?? '', 'events'))).toEqual(events);
  });

  it('gives the same bytes when it is run twice', async () => {
    const [a, b] = [await train(request('a'), ignore, never), await train(request('b'), ignore, never)];
    expect((await promptBytes(a.folder)).equals(await promptBytes(b.folder))).toBe(true);
  });

  it('gives the same bytes and tells the same losses when it is stopped and resumed', async () => {
    const whole = await train(request('whole'), ignore, never);
    const stop = new AbortController();
    const store = join(folder, 'stopped');
    const stopped = await train(
      request('stopped'),
      (e) => e.type === 'step' && e.step === 5 && stop.abort(),
      stop.signal,
    );
    expect(stopped.reason).toBe('stopped');
    expect((await loadPrompt(stopped.folder)).details?.training).toMatchObject({ steps: 5, bestStep: 4 });
    const [run] = await listRuns(store);
    const resumed = await resume({ runFolder: run?.folder ?? '', cacheFolder: join(folder, 'cache') }, ignore, never);
    expect((await promptBytes(resumed.folder)).equals(await promptBytes(whole.folder))).toBe(true);
    const first = async ({ folder: prompt }: { folder: string }) =>
      readFirstVectors(prompt, (await loadPrompt(prompt)).embeddings.shape);
    expect(await first(resumed)).toEqual(await first(whole));
    const losses = async (of: string): Promise<number[]> => {
      const [first] = await listRuns(of);
      return (await readEvents(runFile(first?.folder ?? '', 'events'))).flatMap((e) =>
        e.type === 'step' ? [e.loss] : [],
      );
    };
    expect(await losses(store)).toEqual(await losses(join(folder, 'whole')));
  });

  it('goes on to the same vectors from every checkpoint, also from the middle of an evaluation', async () => {
    const { recipe: asked, cacheFolder } = request('checkpoints', { optimizer: 'adafactor', learningRate: 0.3 });
    const context = await openRunContext({ recipe: asked, recipeFile: sample, cacheFolder }, ignore);
    const first = firstCheckpoint(await firstParameters(context, sample));
    const checkpoints: Checkpoint[] = [];
    const saveCheckpoint = async (checkpoint: Checkpoint): Promise<void> => {
      checkpoints.push(structuredClone(checkpoint));
    };
    const undisturbed = {
      emit: ignore,
      signal: never,
      gate: makeGate(),
      onPause: async () => undefined,
      tunedWeights: '-',
    };
    const whole = await trainLoop(context, first, { ...undisturbed, checkpointEveryMs: 0, saveCheckpoint });
    const evaluating = checkpoints.filter(({ state }) => state.scores.dev !== undefined);
    expect(checkpoints.length).toBeGreaterThan(10);
    expect(evaluating.length).toBeGreaterThan(0);
    for (const checkpoint of [checkpoints[0], checkpoints[3], evaluating[0], evaluating.at(-1), checkpoints.at(-2)]) {
      if (!checkpoint) throw new Error('a checkpoint is missing');
      const host = { ...undisturbed, checkpointEveryMs: Infinity, saveCheckpoint: async () => undefined };
      expect((await trainLoop(context, checkpoint, host)).best).toEqual(whole.best);
    }
  });

  it('waits where it is paused, with a checkpoint and its state on disk, and ends with the same bytes', async () => {
    const whole = await train(request('whole'), ignore, never);
    const gate = makeGate();
    const store = join(folder, 'paused');
    const states: string[] = [];
    const done = train(request('paused'), (e) => e.type === 'step' && e.step === 3 && gate.close(), never, gate);
    await expect
      .poll(async () => {
        const [run] = await listRuns(store);
        if (run && 'value' in run) states.push(run.value.state);
        return states.at(-1);
      })
      .toBe('paused');
    const [run] = await listRuns(store);
    expect(run && (await readFile(runFile(run.folder, 'checkpoint'))).length).toBeGreaterThan(0);
    gate.open();
    expect(await promptBytes((await done).folder)).toEqual(await promptBytes(whole.folder));
  });

  it('waits for its turn while another trains on the device, and can be stopped there', async () => {
    const turn = await takeTurn(
      { folder: join(folder, 'cache', 'queue'), device: 'cpu', name: 'first', onWait: ignore },
      never,
    );
    const stop = new AbortController();
    const events: RunEvent[] = [];
    const result = await train(
      request('waits'),
      (event) => {
        events.push(event);
        if (event.type === 'notice' && event.code === 'waitingForRun') stop.abort();
      },
      stop.signal,
    );
    expect(result.reason).toBe('stopped');
    expect(events.at(-1)).toEqual({ type: 'notice', code: 'waitingForRun', args: { run: 'first' } });
    await turn?.release();
    expect((await resume({ runFolder: result.folder, cacheFolder: join(folder, 'cache') }, ignore, never)).reason).toBe(
      'finished',
    );
  });

  it('accumulates gradients to the same step as one large batch', async () => {
    const losses = async (store: string, training: object): Promise<number[]> => {
      const found: number[] = [];
      await train(
        request(store, { bucket: false, maxSteps: 3, ...training }),
        (e) => e.type === 'step' && found.push(e.loss),
        never,
      );
      return found;
    };
    const [one, four] = [
      await losses('one', { batchSize: 8 }),
      await losses('four', { batchSize: 2, gradientAccumulation: 4 }),
    ];
    one.forEach((loss, i) => expect(four[i]).toBeCloseTo(loss, 4));
  });

  it('refuses to go on when the data has changed', async () => {
    const stop = new AbortController();
    await train(request('changed'), (e) => e.type === 'step' && stop.abort(), stop.signal);
    const [run] = await listRuns(join(folder, 'changed'));
    const runFolder = run?.folder ?? '';
    const file = runFile(runFolder, 'recipe');
    await writeFile(file, (await readFile(file, 'utf8')).replace('Topic:', 'Kind:'));
    await expect(resume({ runFolder, cacheFolder: join(folder, 'cache') }, ignore, never)).rejects.toMatchObject({
      code: 'run.dataChanged',
    });
  });
});
