import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { causalModel } from '../../src/models/architectures.js';
import type { CausalModel } from '../../src/models/causalModel.js';
import type { BertConfig } from '../../src/models/bert/bertConfig.js';
import type { Gpt2Config } from '../../src/models/gpt2/gpt2Config.js';
import type { LlamaConfig } from '../../src/models/llama/llamaConfig.js';
import type { ModelConfig } from '../../src/models/modelConfig.js';
import type { T5Config } from '../../src/models/t5/t5Config.js';
import { expectWeights } from '../../src/models/weightNames.js';
import type { WeightLocations } from '../../src/runtime/executor.js';
import { layoutSafetensors, writeSafetensors, type TensorToWrite } from '../../src/store/writeSafetensors.js';
import type { Operand } from './float64.js';
import { randomTensor } from './numbers.js';

/** A Llama with grouped queries, and heads that are wider than hidden size / heads. */
export const tinyLlama = (changes: Partial<LlamaConfig> = {}): LlamaConfig => ({
  architecture: 'llama',
  modelType: 'llama',
  hiddenSize: 16,
  intermediateSize: 24,
  numLayers: 2,
  numHeads: 4,
  numKeyValueHeads: 2,
  headDim: 6,
  vocabularySize: 29,
  maxPositions: 64,
  rmsNormEps: 1e-5,
  ropeTheta: 100,
  attentionBias: { qkv: false, output: false },
  mlpBias: false,
  activation: 'silu',
  tieWordEmbeddings: true,
  eosTokenIds: [],
  ...changes,
});

export const tinyGpt2 = (changes: Partial<Gpt2Config> = {}): Gpt2Config => ({
  architecture: 'gpt2',
  hiddenSize: 16,
  innerSize: 24,
  numLayers: 2,
  numHeads: 2,
  numKeyValueHeads: 2,
  headDim: 8,
  vocabularySize: 29,
  maxPositions: 64,
  layerNormEps: 1e-5,
  activation: 'gelu_new',
  tieWordEmbeddings: true,
  eosTokenIds: [],
  ...changes,
});

export const tinyBert = (changes: Partial<BertConfig> = {}): BertConfig => ({
  architecture: 'bert',
  modelType: 'bert',
  hiddenSize: 16,
  innerSize: 24,
  numLayers: 2,
  numHeads: 2,
  numKeyValueHeads: 2,
  headDim: 8,
  vocabularySize: 29,
  maxPositions: 64,
  layerNormEps: 1e-5,
  tokenTypes: 2,
  firstPosition: 0,
  activation: 'gelu',
  headActivation: 'gelu',
  tieWordEmbeddings: true,
  eosTokenIds: [],
  ...changes,
});

/** A gated T5 whose encoder has more blocks than its decoder, and whose heads are narrower than hidden size / heads. */
export const tinyT5 = (changes: Partial<T5Config> = {}): T5Config => ({
  architecture: 't5',
  modelType: 't5',
  hiddenSize: 16,
  innerSize: 24,
  numLayers: 3,
  numDecoderLayers: 2,
  numHeads: 2,
  numKeyValueHeads: 2,
  headDim: 6,
  vocabularySize: 29,
  maxPositions: Infinity,
  isGated: true,
  activation: 'gelu_new',
  layerNormEps: 1e-6,
  relativeAttention: { count: 8, maxDistance: 12 },
  decoderStartTokenId: 0,
  tieWordEmbeddings: true,
  scaleOutputs: true,
  eosTokenIds: [],
  ...changes,
});

export const tinyModel = (config: ModelConfig): CausalModel => causalModel(config);

/**
 * Weights wide enough that logits differ by several units and attention looks at few rows: embeddings of variance 1, matrices of
 * variance 2 / inputs, scales near 1, biases of deviation 0.5. T5's scores are not scaled, so its queries and keys are.
 */
export function randomWeights(config: ModelConfig): Record<string, Operand> {
  const random = seededRandom('weights', JSON.stringify(config));
  const entries = [...expectWeights(config)].map(([name, shape]): [string, Operand] => {
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined) {
      const isScale = name.endsWith('.weight');
      const { data } = randomTensor(random, shape, isScale ? 0.3 : 0.5);
      return [name, { data: isScale ? data.map((x) => x + 1) : data, shape }];
    }
    const isTable = /embed_tokens|wte|wpe|lm_head|embeddings|^shared/.test(name);
    const isScored = config.architecture === 't5' && /\.[qk]\.weight$/.test(name);
    const inputs = config.architecture === 'gpt2' ? rows : columns;
    const scale = isTable ? 1 : Math.sqrt(2 / inputs) / (isScored ? config.headDim ** 0.25 : 1);
    return [name, randomTensor(random, shape, scale)];
  });
  return Object.fromEntries(entries);
}

/** Writes weights as safetensors into a new temporary folder. */
export async function writeWeights(weights: Readonly<Record<string, Operand>>): Promise<WeightLocations> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-weights-')));
  const file = 'model.safetensors';
  const tensors = Object.entries(weights).map(
    ([name, { data, shape }]) =>
      [name, { dtype: 'F32', shape, data: Float32Array.from(data) }] as [string, TensorToWrite],
  );
  await writeSafetensors(join(folder, file), tensors);
  const { tensors: entries } = layoutSafetensors(tensors);
  const locations = tensors.map(([name]) => [name, { file, ...defined(entries.get(name), name) }] as const);
  return { folder, tensors: new Map(locations) };
}
