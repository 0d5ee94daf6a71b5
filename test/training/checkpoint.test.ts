import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/store/writeSafetensors.js';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../../src/training/checkpoint.js';
import { expectRejection } from '../data/expectError.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-checkpoint-'));
  file = join(folder, 'checkpoint.safetensors');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const checkpoint: Required<Checkpoint> = {
  state: {
    step: 12,
    evaluatedStep: 10,
    smoothedLoss: 0.1 + 0.2,
    seconds: 3.25,
    best: { step: 10, metric: 'accuracy', value: 2 / 3, loss: 0.7, metrics: { n: 3, accuracy: 2 / 3 } },
    evaluationsSinceBest: 1,
    scores: { 'baseline.dev': [[-0.5, -1 / 3], [-2]] },
  },
  anchor: { model: 'a1', data: 'b2', events: 31 },
  tensors: new Map([
    ['parameter.prompt_embeddings', Float32Array.of(1.5, -0, 1e-45, 3e38)],
    ['optimizer.prompt_embeddings.exp_avg', Float32Array.of(0.1)],
  ]),
};
const entry = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
const write = (state: unknown, anchor: unknown): Promise<void> =>
  writeSafetensors(file, [['parameter.p', entry]], {
    'softprompt.state': JSON.stringify(state),
    'softprompt.anchor': JSON.stringify(anchor),
  });

describe('a checkpoint', () => {
  it('comes back to the last bit', async () => {
    await writeCheckpoint(file, checkpoint);
    const { state, anchor, tensors } = await readCheckpoint(file);
    expect(state).toMatchObject(checkpoint.state);
    expect(anchor).toEqual(checkpoint.anchor);
    expect(new Map([...tensors].sort())).toEqual(new Map([...checkpoint.tensors].sort()));
  });

  it('comes back from the very beginning of a run', async () => {
    const state = { ...checkpoint.state, step: 0, smoothedLoss: null, best: null, scores: {} };
    await writeCheckpoint(file, { ...checkpoint, state, tensors: new Map() });
    expect((await readCheckpoint(file)).state).toMatchObject(state);
  });

  it('takes the place of the last one', async () => {
    await writeCheckpoint(file, checkpoint);
    await writeCheckpoint(file, { ...checkpoint, state: { ...checkpoint.state, step: 13 } });
    expect((await readCheckpoint(file)).state.step).toBe(13);
  });

  it('is not taken from a file of tensors alone', async () => {
    await writeSafetensors(file, [['prompt_embeddings', entry]]);
    await expectRejection(readCheckpoint(file), 'run.badCheckpoint', { file });
  });

  it('is read as this version writes it', async () => {
    await write({ ...checkpoint.state, version: 1 }, checkpoint.anchor);
    expect((await readCheckpoint(file)).tensors.get('parameter.p')).toEqual(Float32Array.of(1));
  });

  it.each([
    ['another version', { ...checkpoint.state, version: 2 }, checkpoint.anchor],
    ['a missing field', { version: 1, step: 3 }, checkpoint.anchor],
    ['a step that is no number', { ...checkpoint.state, version: 1, step: 'three' }, checkpoint.anchor],
    ['nothing of what it stands on', { ...checkpoint.state, version: 1 }, {}],
  ])('is refused with %s', async (_, state, anchor) => {
    await write(state, anchor);
    await expectRejection(readCheckpoint(file), 'run.badCheckpoint', { file });
  });

  it('is refused where its state is no JSON', async () => {
    await writeSafetensors(file, [['parameter.p', entry]], { 'softprompt.state': '{"version": 1,' });
    await expectRejection(readCheckpoint(file), 'run.badCheckpoint', { file });
  });

  it('is refused where it is cut short, is something else, or is not there', async () => {
    await writeCheckpoint(file, checkpoint);
    await writeFile(file, (await readFile(file)).subarray(0, -1));
    await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'store.badSafetensors', args: { file } });
    await writeFile(file, 'no checkpoint');
    await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'store.badSafetensors', args: { file } });
    await rm(file);
    await expectRejection(readCheckpoint(file), 'store.fileMissing', { file });
  });
});
