import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dequantize, ggmlFormats, isGgmlType } from '../../src/models/dequantize.js';
import { openGguf } from '../../src/models/gguf.js';
import { ggufConfig } from '../../src/models/ggufConfig.js';
import { ggufWeights } from '../../src/models/ggufWeights.js';
import type { WeightSource } from '../../src/models/weightSource.js';
import { readTensors } from '../../src/store/safetensors.js';
import { f32Tensor, ggufBytes, writeGguf, type TestTensor } from './ggufFile.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-gguf-'));
  file = join(folder, 'model.gguf');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const counting = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

const llamaMetadata = {
  'general.architecture': 'llama',
  'llama.block_count': 1,
  'llama.context_length': 16,
  'llama.embedding_length': 4,
  'llama.feed_forward_length': 6,
  'llama.attention.head_count': 1,
  'llama.attention.head_count_kv': 1,
  'llama.attention.layer_norm_rms_epsilon': { float: 0.5 },
  'llama.rope.freq_base': { float: 500000 },
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
};
const llamaTensors: TestTensor[] = [
  f32Tensor('token_embd.weight', [5, 4], counting(20)),
  f32Tensor('blk.0.attn_norm.weight', [4], counting(4)),
  f32Tensor('blk.0.attn_q.weight', [4, 4], counting(16)),
  f32Tensor('blk.0.attn_k.weight', [4, 4], counting(16, 100)),
  f32Tensor('blk.0.attn_v.weight', [4, 4], counting(16, 200)),
  f32Tensor('blk.0.attn_output.weight', [4, 4], counting(16, 300)),
  f32Tensor('blk.0.ffn_norm.weight', [4], counting(4)),
  f32Tensor('blk.0.ffn_gate.weight', [6, 4], counting(24)),
  f32Tensor('blk.0.ffn_up.weight', [6, 4], counting(24, 100)),
  f32Tensor('blk.0.ffn_down.weight', [4, 6], counting(24, 200)),
  f32Tensor('output_norm.weight', [4], counting(4)),
];

async function floatsOf(source: WeightSource, name: string): Promise<number[]> {
  const floats: number[] = [];
  for await (const piece of source.tensors.get(name)!.floats()) floats.push(...piece);
  return floats;
}

async function readModel(metadata: Parameters<typeof writeGguf>[1], tensors: readonly TestTensor[]) {
  await writeGguf(file, metadata, tensors);
  const gguf = await openGguf(file);
  const config = ggufConfig(gguf);
  return { config, source: ggufWeights(gguf, config) };
}

describe('dequantize', async () => {
  const golden = await readTensors(join(import.meta.dirname, '../golden/dequantize.safetensors'));
  it.each(Object.keys(ggmlFormats))('gives the numbers of the Python package for %s', (type) => {
    if (!isGgmlType(type)) throw new Error(type);
    const floats = golden.get(`${type}.floats`)!.data;
    expect(floats.length).toBeGreaterThan(3);
    expect(dequantize(type, golden.get(`${type}.blocks`)!.data as Uint8Array)).toEqual(floats);
  });
});

describe('a GGUF file of a Llama', () => {
  it('gives its config', async () => {
    const { config } = await readModel(llamaMetadata, llamaTensors);
    expect(config).toMatchObject({
      architecture: 'llama',
      modelType: 'llama',
      hiddenSize: 4,
      headDim: 4,
      vocabularySize: 5,
      maxPositions: 16,
      rmsNormEps: 0.5,
      ropeTheta: 500000,
      tieWordEmbeddings: true,
      attentionBias: { qkv: false, output: false },
      bosTokenId: 1,
      eosTokenIds: [2],
    });
  });

  it('gives its tensors by Hugging Face’s names, with the rows of q and k in order again', async () => {
    const { source } = await readModel(llamaMetadata, llamaTensors);
    // llama.cpp stored rows 0, 2, 1, 3 of a head of four.
    const row = (i: number, from = 0) => counting(4, from + 4 * i);
    expect(await floatsOf(source, 'model.layers.0.self_attn.q_proj.weight')).toEqual([
      ...row(0),
      ...row(2),
      ...row(1),
      ...row(3),
    ]);
    expect(await floatsOf(source, 'model.layers.0.self_attn.k_proj.weight')).toEqual(
      [row(0, 100), row(2, 100), row(1, 100), row(3, 100)].flat(),
    );
    expect(await floatsOf(source, 'model.layers.0.self_attn.v_proj.weight')).toEqual(counting(16, 200));
    expect(await floatsOf(source, 'model.layers.0.mlp.down_proj.weight')).toEqual(counting(24, 200));
    expect(await floatsOf(source, 'model.embed_tokens.weight')).toEqual(counting(20));
    expect(source.tensors.size).toBe(11);
  });

  it('is untied where it has an output matrix', async () => {
    const { config, source } = await readModel(llamaMetadata, [
      ...llamaTensors,
      f32Tensor('output.weight', [5, 4], counting(20, 7)),
    ]);
    expect(config.tieWordEmbeddings).toBe(false);
    expect(await floatsOf(source, 'lm_head.weight')).toEqual(counting(20, 7));
  });

  it('is refused where its rotary positions are scaled, or a tensor has a type that is not built', async () => {
    const scaled = { ...llamaMetadata, 'llama.rope.scaling.type': 'yarn' };
    await expect(readModel(scaled, llamaTensors)).rejects.toMatchObject({
      args: { field: 'rope_type', found: 'yarn' },
    });
    const factors = [...llamaTensors, f32Tensor('rope_freqs.weight', [2], [1, 8])];
    await expect(readModel(llamaMetadata, factors)).rejects.toMatchObject({
      args: { field: 'rope_type', found: 'llama3' },
    });
    const partial = { ...llamaMetadata, 'llama.rope.dimension_count': 2 };
    await expect(readModel(partial, llamaTensors)).rejects.toMatchObject({
      args: { field: 'partial_rotary_factor', found: '0.5' },
    });
    const windowed = { ...llamaMetadata, 'llama.attention.sliding_window': 8 };
    await expect(readModel(windowed, llamaTensors)).rejects.toMatchObject({
      args: { field: 'llama.attention.sliding_window', found: '8', supported: 'none, or at least 16' },
    });
    const experts = { ...llamaMetadata, 'llama.expert_count': 8 };
    await expect(readModel(experts, llamaTensors)).rejects.toMatchObject({
      args: { field: 'llama.expert_count', found: '8' },
    });
    const other = { ...llamaMetadata, 'general.architecture': 'rwkv6' };
    await expect(readModel(other, llamaTensors)).rejects.toMatchObject({
      code: 'model.unsupported',
      args: { field: 'general.architecture', found: 'rwkv6', supported: 'llama, qwen2, gpt2' },
    });
    const tensors = llamaTensors.map((tensor) =>
      tensor.name === 'blk.0.attn_v.weight' ? { ...tensor, type: 'Q2_K' as const } : tensor,
    );
    await expect(readModel(llamaMetadata, tensors)).rejects.toMatchObject({
      code: 'model.weightType',
      args: { tensor: 'blk.0.attn_v.weight', found: 'Q2_K' },
    });
  });

  it('is refused where a tensor is missing or has another shape', async () => {
    await expect(readModel(llamaMetadata, llamaTensors.slice(0, -1))).rejects.toMatchObject({
      code: 'model.weightMissing',
      args: { file, tensor: 'output_norm.weight', expected: '4' },
    });
    const misshapen = llamaTensors.map((t) =>
      t.name === 'blk.0.ffn_up.weight' ? f32Tensor(t.name, [4, 6], counting(24)) : t,
    );
    await expect(readModel(llamaMetadata, misshapen)).rejects.toMatchObject({
      code: 'model.weightShape',
      args: { tensor: 'blk.0.ffn_up.weight', found: '4, 6', expected: '6, 4' },
    });
  });
});

describe('a GGUF file of another family', () => {
  it('leaves the rows of Qwen2 as they are, and has its biases', async () => {
    const metadata = Object.fromEntries(
      Object.entries(llamaMetadata).map(([key, value]) => [key.replace('llama.', 'qwen2.'), value]),
    );
    metadata['general.architecture'] = 'qwen2';
    const biases = ['q', 'k', 'v'].map((part) => f32Tensor(`blk.0.attn_${part}.bias`, [4], counting(4, 50)));
    const { config, source } = await readModel(metadata, [...llamaTensors, ...biases]);
    expect(config).toMatchObject({ modelType: 'qwen2', attentionBias: { qkv: true, output: false } });
    expect(await floatsOf(source, 'model.layers.0.self_attn.q_proj.weight')).toEqual(counting(16));
    expect(await floatsOf(source, 'model.layers.0.self_attn.k_proj.bias')).toEqual(counting(4, 50));
  });

  it('turns GPT-2’s layers back to [in, out]', async () => {
    const weightAndBias = (name: string, shape: number[]) => [
      f32Tensor(`${name}.weight`, shape, counting(shape.reduce((a, b) => a * b))),
      f32Tensor(`${name}.bias`, [shape[0] ?? 0], counting(shape[0] ?? 0)),
    ];
    const { config, source } = await readModel(
      {
        'general.architecture': 'gpt2',
        'gpt2.block_count': 1,
        'gpt2.context_length': 3,
        'gpt2.embedding_length': 2,
        'gpt2.feed_forward_length': 8,
        'gpt2.attention.head_count': 1,
        'gpt2.attention.layer_norm_epsilon': { float: 0.25 },
      },
      [
        f32Tensor('token_embd.weight', [5, 2], counting(10)),
        f32Tensor('position_embd.weight', [3, 2], counting(6)),
        ...weightAndBias('blk.0.attn_norm', [2]),
        ...weightAndBias('blk.0.attn_qkv', [6, 2]),
        ...weightAndBias('blk.0.attn_output', [2, 2]),
        ...weightAndBias('blk.0.ffn_norm', [2]),
        ...weightAndBias('blk.0.ffn_up', [8, 2]),
        ...weightAndBias('blk.0.ffn_down', [2, 8]),
        ...weightAndBias('output_norm', [2]),
      ],
    );
    expect(config).toMatchObject({ architecture: 'gpt2', innerSize: 8, layerNormEps: 0.25, tieWordEmbeddings: true });
    expect(source.tensors.get('transformer.h.0.attn.c_attn.weight')?.shape).toEqual([2, 6]);
    expect(await floatsOf(source, 'transformer.h.0.attn.c_attn.weight')).toEqual([
      0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11,
    ]);
    expect(await floatsOf(source, 'transformer.h.0.mlp.c_proj.weight')).toEqual(counting(8).flatMap((i) => [i, i + 8]));
    expect(await floatsOf(source, 'transformer.wpe.weight')).toEqual(counting(6));
  });
});

describe('openGguf', () => {
  const whole = ggufBytes(llamaMetadata, llamaTensors);

  it('refuses a file cut short, wherever it is cut', async () => {
    for (let length = 0; length < whole.length - 32; length += 7) {
      await writeFile(file, whole.subarray(0, length));
      await expect(openGguf(file)).rejects.toMatchObject({ code: 'model.badGguf', args: { file } });
    }
  });

  it('refuses counts that the file has no room for, at once', async () => {
    for (const at of [8, 16]) {
      const lying = Buffer.from(whole);
      lying.writeBigUInt64LE(5_000_000n, at);
      await writeFile(file, lying);
      await expect(openGguf(file)).rejects.toMatchObject({
        code: 'model.badGguf',
        args: { found: `${whole.length} bytes`, expected: expect.stringContaining('room for') },
      });
    }
  });

  it('refuses whatever a header with one byte changed says beyond the file', async () => {
    const headerBytes = 24 + 900;
    for (let at = 24; at < headerBytes; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] = 0xff;
      await writeFile(file, changed);
      // Opens, where only a name or a number changed, or says what is wrong; never anything else.
      const outcome = await openGguf(file).then(
        () => 'opened',
        (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
      );
      expect(['opened', 'model.badGguf']).toContain(outcome);
    }
  });

  it('refuses other files, other versions and split files', async () => {
    await writeFile(file, 'PK\u0003\u0004 and more than twenty-four bytes');
    await expect(openGguf(file)).rejects.toMatchObject({
      args: { found: '0x504b0304 as its first bytes', expected: '"GGUF"' },
    });
    const other = Buffer.from(whole);
    other.writeUInt32BE(3, 4);
    await writeFile(file, other);
    await expect(openGguf(file)).rejects.toMatchObject({
      code: 'model.badGguf',
      args: { expected: 'version 2 or 3, little-endian' },
    });
    await writeGguf(file, { ...llamaMetadata, 'split.count': 2 }, llamaTensors);
    await expect(openGguf(file)).rejects.toMatchObject({
      code: 'model.unsupported',
      args: { field: 'split.count', found: '2' },
    });
    await expect(openGguf(join(folder, 'none.gguf'))).rejects.toMatchObject({ code: 'store.fileMissing' });
  });

  it('refuses rows that are no whole number of blocks', async () => {
    await writeGguf(file, llamaMetadata, [{ name: 'w', type: 'Q8_0', shape: [2, 16], bytes: new Uint8Array(34) }]);
    await expect(openGguf(file)).rejects.toMatchObject({
      args: { found: 'rows of 16 in tensor w', expected: 'a multiple of 32 for Q8_0' },
    });
  });
});
