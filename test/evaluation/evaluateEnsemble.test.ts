import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/common/random.js';
import { evaluateEnsemble, type EnsembleRequest } from '../../src/evaluation/evaluateEnsemble.js';
import { evaluatePrompt } from '../../src/evaluation/evaluatePrompt.js';
import { recipeSchema, type MethodConfig } from '../../src/protocol/recipe.js';
import { adapterShape } from '../../src/store/adapterShape.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { configOf } from '../support/prompts.js';

const never = new AbortController().signal;
const file = { path: resolve('media/sample/tickets/test.jsonl') };
let folder: string;
let prompts: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-ensemble-'));
  prompts = [
    await adapter('a', 4, { peft_type: 'PROMPT_TUNING' }),
    await adapter('b', 3, { peft_type: 'PREFIX_TUNING' }),
    await adapter('c', 4, { peft_type: 'PROMPT_TUNING' }),
  ];
});
afterAll(() => rm(folder, { recursive: true }));

/** An adapter of the bundled model with vectors drawn at random: what it answers is far from sure. */
async function adapter(name: string, virtualTokens: number, method: object): Promise<string> {
  const config = configOf({
    baseModel: 'softprompt-9m',
    method: recipeSchema.shape.method.parse(method) satisfies MethodConfig,
    numVirtualTokens: virtualTokens,
    hiddenSize: 320,
    numLayers: 6,
    numAttentionHeads: 10,
    numKeyValueHeads: 5,
    headDim: 32,
  });
  const shape = adapterShape(config);
  const drawn = seededRandom(name);
  const data = Float32Array.from({ length: shape[0] * shape[1] }, () => drawn.next() - 0.5);
  const path = join(folder, 'prompts', name);
  await savePrompt(path, { config, embeddings: { shape, data } });
  return path;
}

const request = (change: Partial<EnsembleRequest> = {}): EnsembleRequest => ({
  prompts,
  vote: 'majority',
  file,
  cacheFolder: join(folder, 'cache'),
  provider: 'cpu',
  threads: 2,
  maxRows: 24,
  baseline: false,
  ...change,
});

it('members of several methods answer together as each does alone', async () => {
  let progress: [number, number] = [0, 0];
  const { report, baseline, rows } = await evaluateEnsemble(
    request({ baseline: true }),
    (...told) => (progress = told),
    never,
  );
  expect(progress).toEqual([96, 96]);
  expect(baseline?.n).toBe(24);
  for (const [m, promptFolder] of prompts.entries()) {
    const alone = await evaluatePrompt({ ...request(), promptFolder }, () => undefined, never);
    expect(report.members[m]).toMatchObject({ prompt: promptFolder, metrics: alone.metrics, weight: 1 });
    rows.forEach((row, i) => {
      expect(row.votes[m]?.label).toBe(alone.rows[i]?.predicted);
      expect(Math.abs((row.votes[m]?.probability ?? 0) - (alone.rows[i]?.probability ?? 1))).toBeLessThan(1e-5);
    });
  }
  expect(report.best).toBe(Math.max(...report.members.map(({ value }) => value)));
  expect(report.disagreed).toEqual(
    rows.flatMap(({ votes }, i) => (new Set(votes.map(({ label }) => label)).size > 1 ? [i] : [])),
  );
});

it('stops between two batches with the signal’s reason', async () => {
  const stop = new AbortController();
  const asked = evaluateEnsemble(request(), () => stop.abort(new Error('enough')), stop.signal);
  await expect(asked).rejects.toThrow('enough');
});

it('names prompts that cannot answer together before a model is loaded', async () => {
  const other = await adapter('d', 4, { peft_type: 'PROMPT_TUNING' });
  await savePrompt(other, {
    config: configOf({ baseModel: 'org/other' }),
    embeddings: { shape: [2, 3], data: new Float32Array(6) },
  });
  await expect(
    evaluateEnsemble(request({ prompts: [...prompts, other] }), () => undefined, never),
  ).rejects.toMatchObject({
    code: 'store.memberModel',
    args: { prompt: 'a', model: 'softprompt-9m', other: 'd', otherModel: 'org/other' },
  });
  await expect(evaluateEnsemble(request({ prompts: [other] }), () => undefined, never)).rejects.toMatchObject({
    code: 'store.fewMembers',
  });
});
