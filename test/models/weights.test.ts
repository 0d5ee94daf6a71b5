import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/models/modelConfig.js';
import { safetensorsWeights } from '../../src/models/safetensorsWeights.js';
import { prepareWeights } from '../../src/models/weights.js';
import type { WeightLocations } from '../../src/runtime/executor.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { writeSafetensors, type TensorToWrite } from '../../src/store/writeSafetensors.js';
import { countingTensors, tinyConfig, tinyGpt2, tinyLlama } from './tinyModels.js';

let folder: string;
let cacheFolder: string;
beforeEach(async () => {
  folder = join(await realpath(await mkdtemp(join(tmpdir(), 'softprompt-weights-'))), 'model');
  cacheFolder = join(folder, '../cache');
  await mkdir(folder);
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

const config = tinyConfig();
const q = 'model.layers.0.self_attn.q_proj.weight';

async function save(tensors: Iterable<readonly [string, TensorToWrite]>, name = 'model.safetensors'): Promise<void> {
  await writeSafetensors(join(folder, name), tensors);
}

async function saveShards(
  ...shards: (readonly [file: string, tensors: (readonly [string, TensorToWrite])[]])[]
): Promise<void> {
  const map: Record<string, string> = {};
  for (const [file, tensors] of shards) {
    await save(tensors, file);
    for (const [name] of tensors) map[name] = file;
  }
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }));
}

async function prepare(model: ModelConfig = config) {
  const conversions: { file: string; bytes: number }[] = [];
  const progress: [number, number][] = [];
  const prepared = await prepareWeights(await safetensorsWeights(folder, model), {
    cacheFolder,
    onConvert: (copy) => conversions.push(copy),
    onProgress: (done, total) => progress.push([done, total]),
  });
  return { ...prepared, conversions, progress };
}

/** The numbers at the stated places, read as the engine does: bytes of a file, without any header. */
async function floatsAt({ folder, tensors }: WeightLocations, name: string): Promise<number[]> {
  const { file, offset, byteLength } = tensors.get(name)!;
  const bytes = await readFile(join(folder, file));
  return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + byteLength))];
}

const expected = (model: ModelConfig, name: string) => [...(countingTensors(model).get(name)!.data as Float32Array)];

describe('prepareWeights', () => {
  it('uses a float32 file where it lies', async () => {
    await save(countingTensors(config));
    const { weights, conversions, checksum } = await prepare();
    expect(weights.folder).toBe(folder);
    expect(conversions).toEqual([]);
    expect(weights.tensors.get(q)).toMatchObject({ file: 'model.safetensors', shape: [4, 4], byteLength: 64 });
    expect(await floatsAt(weights, q)).toEqual(expected(config, q));
    const bytes = await readFile(join(folder, 'model.safetensors'));
    expect(checksum).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await readdir(cacheFolder)).toEqual(['checksums']);
  });

  it('uses float32 shards where they lie, and names them all in the checksum', async () => {
    const tensors = [...countingTensors(config)];
    await saveShards(
      ['model-00001-of-00002.safetensors', tensors.slice(0, 4)],
      ['model-00002-of-00002.safetensors', tensors.slice(4)],
    );
    const { weights, conversions, checksum } = await prepare();
    expect(conversions).toEqual([]);
    expect(weights.tensors.size).toBe(11);
    expect(new Set([...weights.tensors.values()].map(({ file }) => file)).size).toBe(2);
    for (const name of weights.tensors.keys()) expect(await floatsAt(weights, name)).toEqual(expected(config, name));
    expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it.skipIf(process.platform === 'win32')(
    'follows the symbolic links of the Hugging Face cache to the real files',
    async () => {
      const blobs = join(folder, '../blobs');
      await mkdir(blobs);
      await save(countingTensors(config));
      await rename(join(folder, 'model.safetensors'), join(blobs, 'abc123'));
      await symlink('../blobs/abc123', join(folder, 'model.safetensors'));
      const { weights, conversions } = await prepare();
      expect(weights.folder).toBe(blobs);
      expect(weights.tensors.get(q)?.file).toBe('abc123');
      expect(conversions).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')('copies float32 shards that lie in different folders', async () => {
    const tensors = [...countingTensors(config)];
    await saveShards(['model-1.safetensors', tensors.slice(0, 4)], ['model-2.safetensors', tensors.slice(4)]);
    await rename(join(folder, 'model-2.safetensors'), join(folder, '../elsewhere'));
    await symlink('../elsewhere', join(folder, 'model-2.safetensors'));
    const { weights, conversions } = await prepare();
    expect(conversions).toHaveLength(1);
    expect(weights.folder).toBe(join(cacheFolder, 'weights'));
    expect(await floatsAt(weights, q)).toEqual(expected(config, q));
  });

  it.each(['F16', 'BF16'] as const)('converts %s once, and says the size before', async (dtype) => {
    await save(countingTensors(config, dtype));
    const first = await prepare();
    const file = join(cacheFolder, 'weights', `${first.checksum}-v1.safetensors`);
    const { size } = await stat(file);
    expect(first.conversions).toEqual([{ file, bytes: size }]);
    expect(first.progress.at(-1)).toEqual([size, size]);
    expect((await readFloatTensors(file)).size).toBe(11);
    for (const name of first.weights.tensors.keys())
      expect(await floatsAt(first.weights, name)).toEqual(expected(config, name));
    const second = await prepare();
    expect(second).toEqual({ ...first, conversions: [], progress: [] });
  });

  it('converts again where the copy is damaged', async () => {
    await save(countingTensors(config, 'F16'));
    const { conversions, weights } = await prepare();
    const copy = conversions[0]!.file;
    await writeFile(copy, (await readFile(copy)).subarray(0, -4));
    expect((await prepare()).conversions).toHaveLength(1);
    expect(await floatsAt(weights, q)).toEqual(expected(config, q));
  });

  it('reads a file for its checksum again only where its size or time changed', async () => {
    const file = join(folder, 'model.safetensors');
    await save(countingTensors(config));
    await utimes(file, 1000, 1000);
    const { checksum } = await prepare();
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
    await utimes(file, 1000, 1000);
    expect((await prepare()).checksum).toBe(checksum);
    await utimes(file, 2000, 2000);
    expect((await prepare()).checksum).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('safetensorsWeights', () => {
  it('finds tensors that were saved without the prefix of the base model', async () => {
    const gpt2 = tinyConfig(tinyGpt2);
    const tensors = [...countingTensors(gpt2)].map(([name, t]) => [name.replace(/^transformer\./, ''), t] as const);
    await save([...tensors, ['h.0.attn.bias', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }]]);
    const { weights } = await prepare(gpt2);
    const name = 'transformer.h.0.attn.c_attn.weight';
    expect(await floatsAt(weights, name)).toEqual(expected(gpt2, name));
    expect(weights.tensors.size).toBe(16);
  });

  it('passes over an output matrix that is tied anyway', async () => {
    const tied: TensorToWrite = { dtype: 'F32', shape: [5, 4], data: new Float32Array(20) };
    await save([...countingTensors(config), ['lm_head.weight', tied]]);
    expect((await prepare()).weights.tensors.has('lm_head.weight')).toBe(false);
  });

  it('names a tensor that is missing', async () => {
    await save(countingTensors(config));
    const untied = tinyConfig({ ...tinyLlama, tie_word_embeddings: false });
    await expect(safetensorsWeights(folder, untied)).rejects.toMatchObject({
      code: 'model.weightMissing',
      args: { file: join(folder, 'model.safetensors'), tensor: 'lm_head.weight', expected: '5, 4' },
    });
  });

  it('names a tensor that has another shape, or no float type', async () => {
    await save(countingTensors(config));
    await expect(safetensorsWeights(folder, tinyConfig({ ...tinyLlama, intermediate_size: 7 }))).rejects.toMatchObject({
      code: 'model.weightShape',
      args: { tensor: 'model.layers.0.mlp.gate_proj.weight', found: '6, 4', expected: '7, 4' },
    });
    const tensors = countingTensors(config);
    tensors.set(q, { dtype: 'I8', shape: [4, 4], data: new Int8Array(16) });
    await save(tensors);
    await expect(safetensorsWeights(folder, config)).rejects.toMatchObject({
      code: 'model.weightType',
      args: { tensor: q, found: 'I8', supported: 'F32, F16, BF16' },
    });
  });

  it('refuses pickles with the command that converts them', async () => {
    await writeFile(join(folder, 'pytorch_model.bin'), 'x');
    await expect(safetensorsWeights(folder, config)).rejects.toMatchObject({
      code: 'model.pickle',
      args: { folder, file: 'pytorch_model.bin', command: expect.stringContaining('safe_serialization=True') },
    });
  });

  it('says that there are no weights, or that a shard is not there', async () => {
    await expect(safetensorsWeights(folder, config)).rejects.toMatchObject({
      code: 'model.noWeights',
      args: { folder },
    });
    await saveShards(['model-1.safetensors', [...countingTensors(config)]]);
    await rm(join(folder, 'model-1.safetensors'));
    await expect(safetensorsWeights(folder, config)).rejects.toMatchObject({
      code: 'store.fileMissing',
      args: { file: join(folder, 'model-1.safetensors') },
    });
  });

  it.each(['../other.safetensors', 'weights.bin', '..\\other.safetensors'])(
    'refuses an index that names %s',
    async (name) => {
      const file = join(folder, 'model.safetensors.index.json');
      await writeFile(file, JSON.stringify({ weight_map: { [q]: name } }));
      await expect(safetensorsWeights(folder, config)).rejects.toMatchObject({
        code: 'model.badIndex',
        args: { file, found: `the file "${name}"` },
      });
    },
  );
});
