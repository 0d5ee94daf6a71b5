import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseModelConfig, type ModelConfig } from '../../src/models/modelConfig.js';
import { expectWeights } from '../../src/models/weightNames.js';
import { type SafetensorsDtype } from '../../src/store/safetensors.js';
import { writeSafetensors, type TensorToWrite } from '../../src/store/writeSafetensors.js';

/** Models of a few numbers each, for tests of files. */
export const tinyLlama = {
  model_type: 'llama',
  hidden_size: 4,
  intermediate_size: 6,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  num_key_value_heads: 1,
  max_position_embeddings: 16,
  vocab_size: 5,
  tie_word_embeddings: true,
};

export const tinyGpt2 = { model_type: 'gpt2', n_embd: 2, n_layer: 1, n_head: 1, n_positions: 3, vocab_size: 5 };

export const tinyConfig = (config: object = tinyLlama): ModelConfig => parseModelConfig(config, 'config.json');

/** Tensors whose numbers count up from 0 through the model, in half steps that every float type holds. */
export function countingTensors(config: ModelConfig, dtype: SafetensorsDtype = 'F32'): Map<string, TensorToWrite> {
  let next = 0;
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, shape] of expectWeights(config)) {
    const floats = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (next++ % 64) / 2);
    tensors.set(name, {
      dtype,
      shape,
      data: dtype === 'F32' ? floats : Uint16Array.from(floats, halfBits[dtype === 'F16' ? 'F16' : 'BF16']),
    });
  }
  return tensors;
}

const halfBits = {
  /** float16 of k/2 for k < 64. */
  F16: (x: number): number => {
    if (x === 0) return 0;
    const exponent = Math.floor(Math.log2(x));
    return ((exponent + 15) << 10) | ((x / 2 ** exponent - 1) * 1024);
  },
  BF16: (x: number): number => (new Uint32Array(Float32Array.of(x).buffer)[0] ?? 0) >>> 16,
};

/** A byte-level tokenizer of five letters. */
export const tinyTokenizer = {
  version: '1.0',
  added_tokens: [{ id: 4, content: '<end>', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
  post_processor: null,
  decoder: { type: 'ByteLevel' },
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2, Ġ: 3 }, merges: ['a b'] },
};

/** A whole model folder. */
export async function writeModelFolder(folder: string, config: object = tinyLlama): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '<end>' }));
  await writeSafetensors(join(folder, 'model.safetensors'), countingTensors(tinyConfig(config)));
}
