import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defined } from '../../../src/common/assert.js';
import { seededRandom } from '../../../src/common/random.js';
import { comparePrompts } from '../../../src/evaluation/interpretation/comparePrompts.js';
import { describePrompt } from '../../../src/evaluation/interpretation/describePrompt.js';
import { mapPrompt } from '../../../src/evaluation/interpretation/mapPrompt.js';
import { engineFor } from '../../../src/evaluation/openPrompt.js';
import { firstKeys, keysAndValuesFeeds, keysAndValuesGraph } from '../../../src/methods/prefixBlocks.js';
import { causalModel } from '../../../src/models/architectures.js';
import type { CausalModel } from '../../../src/models/causalModel.js';
import { readWeightBlocks, readWeightRows } from '../../../src/models/embeddingRows.js';
import { resolveModelPath } from '../../../src/models/modelPath.js';
import { openModel, type BaseModel } from '../../../src/models/openModel.js';
import type { MethodConfig } from '../../../src/protocol/recipe.js';
import { runOnce } from '../../../src/runtime/runOnce.js';
import { savePrompt, writeFirstVectors } from '../../../src/store/promptFolder.js';
import { writeModelFolder } from '../../models/tinyModels.js';
import { configOf, promptDetails, promptTuningMethod } from '../../support/prompts.js';

const never = new AbortController().signal;
let folder: string;
let cacheFolder: string;
let base: BaseModel;
let model: CausalModel;
let ids: Record<'good' | 'bad' | 'dog', number>;
/** The embeddings of ` good`, ` bad` and ` dog`. */
let rows: Record<'good' | 'bad' | 'dog', Float32Array>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-interpretation-'));
  cacheFolder = join(folder, 'cache');
  base = await openModel(resolveModelPath('softprompt-9m', folder), { cacheFolder });
  model = causalModel(base.config);
  const id = (word: string): number => {
    const [only, ...others] = base.tokenizer.encode(word);
    expect(others).toEqual([]);
    return defined(only, word);
  };
  ids = { good: id(' good'), bad: id(' bad'), dog: id(' dog') };
  const [good, bad, dog] = await readWeightRows(base.weights, model.embeddingName, [ids.good, ids.bad, ids.dog]);
  rows = { good: defined(good, 'a row'), bad: defined(bad, 'a row'), dog: defined(dog, 'a row') };
});
afterAll(() => rm(folder, { recursive: true }));

async function save(
  name: string,
  vectors: readonly Float32Array[],
  first?: readonly Float32Array[],
  method: MethodConfig = promptTuningMethod,
): Promise<string> {
  const { hiddenSize, numLayers, heads } = model;
  const tensor = (list: readonly Float32Array[]) => ({
    shape: [list.length, list[0]?.length ?? 0],
    data: Float32Array.from(list.flatMap((row) => [...row])),
  });
  const firstVectors = join(folder, `${name}.safetensors`);
  if (first) await writeFirstVectors(firstVectors, tensor(first));
  const prompt = join(folder, name);
  await savePrompt(prompt, {
    config: configOf({
      baseModel: 'softprompt-9m',
      method,
      numVirtualTokens: vectors.length,
      hiddenSize,
      numLayers,
      numAttentionHeads: base.config.numHeads,
      numKeyValueHeads: heads.numKeyValueHeads,
      headDim: heads.headDim,
    }),
    embeddings: tensor(vectors),
    details: {
      ...promptDetails,
      name,
      model: { ...promptDetails.model, name: base.name, checksum: base.checksum },
      task: { ...promptDetails.task, labels: { positive: 'good', negative: 'bad' } },
    },
    ...(first && { firstVectors }),
  });
  return prompt;
}

const times = (row: Float32Array, factor: number): Float32Array => row.map((x) => factor * x);
const length = (row: Float32Array): number => Math.hypot(...row);

describe('the report of a prompt', () => {
  it('names what stands where: neighbours, norms, drift, labels, repeats and clusters', async () => {
    const promptFolder = await save(
      'known',
      [times(rows.good, 2), times(rows.good, 3), rows.dog, times(rows.bad, -1)],
      [rows.good, rows.bad, rows.dog, rows.bad],
    );
    const report = await describePrompt({ promptFolder, cacheFolder, top: 4 });
    const { tokens } = report;
    expect(report).toMatchObject({ name: 'known', method: 'PROMPT_TUNING', compared: 'inputVectors', top: 4 });
    expect(tokens.slice(0, 3).map(({ nearest }) => [nearest[0]?.id, nearest[0]?.token, nearest.length])).toEqual([
      [ids.good, ' good', 4],
      [ids.good, ' good', 4],
      [ids.dog, ' dog', 4],
    ]);
    expect(tokens[2]?.nearest[0]?.similarity).toBeCloseTo(1, 5);
    expect(tokens[1]?.norm).toBeCloseTo(3 * length(rows.good), 4);

    expect(tokens.map(({ drift }) => drift?.from.id)).toEqual([ids.good, ids.bad, ids.dog, ids.bad]);
    expect(tokens[0]?.drift?.cosine).toBeCloseTo(1, 5);
    expect(tokens[0]?.drift?.distance).toBeCloseTo(length(rows.good), 4);
    expect(tokens[2]?.drift?.distance).toBe(0);
    expect(tokens[3]?.drift?.cosine).toBeCloseTo(-1, 5);
    expect(report.drift?.meanDistance).toBeCloseTo(
      tokens.reduce((sum, { drift }) => sum + (drift?.distance ?? NaN), 0) / 4,
      6,
    );

    expect(
      report.labels.map(({ label, found }) => [label, ...found.map(({ position, rank }) => `${position}:${rank}`)]),
    ).toEqual([['positive', '0:1', '1:1'], ['negative']]);
    expect(report.repeated).toEqual([{ id: ids.good, token: ' good', positions: [0, 1] }]);
    expect(tokens.map(({ twins }) => twins)).toEqual([[1], [0], [], []]);
    expect(report.clusters.map(({ positions }) => positions)).toEqual([[0, 1], [2], [3]]);
    expect(tokens.map(({ cluster }) => cluster)).toEqual([0, 0, 1, 2]);
  });

  it('counts every token’s norm but those of special ones', async () => {
    const report = await describePrompt({ promptFolder: await save('one', [rows.good]), cacheFolder, top: 1 });
    const norms: number[] = [];
    let id = 0;
    for await (const block of readWeightBlocks(base.weights, model.embeddingName))
      for (let at = 0; at < block.length; at += model.hiddenSize, id++)
        if (!base.tokenizer.isSpecial(id)) norms.push(length(block.subarray(at, at + model.hiddenSize)));
    expect(report.norms.tokens).toBe(norms.length);
    expect(report.norms.quantiles[6]).toBeCloseTo(Math.max(...norms), 4);
    expect(report.norms.counts.reduce((a, b) => a + b, 0)).toBe(norms.length);
    expect(report.tokens[0]?.normRank).toBeCloseTo(
      norms.filter((norm) => norm < length(rows.good) - 1e-5).length / norms.length,
      3,
    );
    expect(report.drift).toBeUndefined();
    expect(report.tokens[0]?.drift).toBeUndefined();
  });
});

describe('the map of a prompt', () => {
  it('puts a virtual token where the real one is whose direction it has', async () => {
    const promptFolder = await save('mapped', [times(rows.good, 5), times(rows.dog, 0.5)], [rows.bad, rows.dog]);
    const words = [ids.good, ids.bad, ids.dog, ids.dog];
    const map = await mapPrompt({ promptFolder, cacheFolder, projection: 'pca', words }, () => undefined, never);
    const at = (id: number): number[] => [
      ...defined(
        map.words.find((word) => word.id === id),
        'a word',
      ).at,
    ];
    const near = (place: readonly number[] | undefined, id: number): void =>
      at(id).forEach((x, axis) => expect(place?.[axis]).toBeCloseTo(x, 5));
    near(map.virtual[0]?.at, ids.good);
    near(map.virtual[0]?.start, ids.bad);
    near(map.virtual[1]?.at, ids.dog);
    expect(map.words).toHaveLength(3 + map.sampled);
    expect(new Set(map.words.map(({ id }) => id)).size).toBe(map.words.length);
    expect(map.vocabulary).toBe(model.vocabularySize);
    const [first, second] = defined(map.explained, 'the axes');
    expect(first).toBeGreaterThan(second);
  });

  it('ends where it is no longer wanted', async () => {
    const promptFolder = await save('unwanted', [rows.good]);
    const abort = new AbortController();
    const request = { promptFolder, cacheFolder, projection: 'umap', words: [] } as const;
    await expect(mapPrompt(request, () => abort.abort(new Error('unwanted')), abort.signal)).rejects.toThrow(
      'unwanted',
    );
  });
});

describe('two prompts', () => {
  it('are aligned whatever the order of their virtual tokens, and tell who is alone', async () => {
    const first = await save('first', [times(rows.dog, 2), rows.bad]);
    const second = await save('second', [rows.good, times(rows.bad, 4), rows.dog]);
    const { pairs, meanCosine, ...rest } = await comparePrompts({ first, second, cacheFolder, top: 1 });
    expect(pairs.map((pair) => [pair.first.position, pair.second.position])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(pairs.map((pair) => pair.second.nearest[0]?.token)).toEqual([' dog', ' bad']);
    expect(meanCosine).toBeCloseTo(1, 5);
    expect(rest.first.alone).toEqual([]);
    expect(rest.second.alone.map(({ position }) => position)).toEqual([0]);
  });
});

it('two prompts of different base models are not compared', async () => {
  const other = join(folder, 'tiny');
  await writeModelFolder(other);
  const [first, second] = [await save('ours', [rows.good]), join(folder, 'theirs')];
  await savePrompt(second, {
    config: configOf({ baseModel: other, numVirtualTokens: 1, hiddenSize: 4 }),
    embeddings: { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) },
  });
  await expect(comparePrompts({ first, second, cacheFolder, top: 1 })).rejects.toMatchObject({
    code: 'store.differentModels',
    args: {
      first: 'ours',
      firstModel: expect.stringMatching(/^softprompt-9m \([0-9a-f]{12}…\)$/) as string,
      second: 'theirs',
      secondModel: expect.stringMatching(/^tiny \(/) as string,
    },
  });
});

const prefixMethod: MethodConfig = {
  peft_type: 'PREFIX_TUNING',
  num_virtual_tokens: 3,
  prefix_projection: false,
  encoder_hidden_size: 8,
  prefix_embedding: 'token_dim',
  prompt_tuning_init: 'activations',
};

describe('a prefix', () => {
  it('has keys that lose their rotation: at any position they become those of the first', async () => {
    const keys = await firstKeys(await engineFor({ cacheFolder, provider: 'cpu' }), model, base.weights);
    const [at0, at7] = [await keys.of([ids.good], 0), await keys.of([ids.good], 7)];
    const unrotated = defined(model.unrotatedKey, 'a rotation')(at7, 7);
    at0.forEach((x, i) => expect(unrotated[i]).toBeCloseTo(x, 4));
    await keys.dispose();
  });

  it('that is made of real tokens is found to be those, by their keys in the first block', async () => {
    const engine = await engineFor({ cacheFolder, provider: 'cpu' });
    const sequence = [ids.dog, ids.good, ids.bad];
    const made = await runOnce(
      engine,
      keysAndValuesGraph(model, 'ids'),
      base.weights,
      keysAndValuesFeeds(model, { ids: sequence }),
    );
    const width = defined(made.shape[1], 'a width');
    const vectors = sequence.map((_, i) => made.data.slice(i * width, (i + 1) * width));
    const random = seededRandom('noise');
    const first = vectors.map((row) => row.map((x) => x + random.normal()));
    const prefix = await save('prefix', vectors, first, prefixMethod);
    const report = await describePrompt({ promptFolder: prefix, cacheFolder, top: 2 });
    expect(report.compared).toBe('firstKeys');
    expect(report.tokens.map(({ nearest }) => nearest[0]?.id)).toEqual(sequence);
    report.tokens.forEach(({ nearest, drift }) => {
      expect(nearest[0]?.similarity).toBeCloseTo(1, 4);
      expect(drift?.cosine).toBeLessThan(0.999);
    });

    const { explained, virtual, words } = await mapPrompt(
      { promptFolder: prefix, cacheFolder, projection: 'pca', words: sequence },
      () => undefined,
      never,
    );
    expect(explained).toBeDefined();
    virtual.forEach(({ at }, i) => at.forEach((x, axis) => expect(x).toBeCloseTo(words[i]?.at[axis] ?? NaN, 3)));

    const vectorPrompt = await save('vectors', [rows.good]);
    await expect(comparePrompts({ first: vectorPrompt, second: prefix, cacheFolder, top: 1 })).rejects.toMatchObject({
      code: 'store.differentKinds',
      args: { prefix: 'prefix', vectors: 'vectors' },
    });
  });
});
