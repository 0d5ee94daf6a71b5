import type { Gpt2Config, LlamaConfig, ModelConfig } from './modelConfig.js';

/** Every tensor that a model is made of, by Hugging Face's full name, with its shape. A tied output matrix is not listed again. */
export function expectWeights(config: ModelConfig): Map<string, readonly number[]> {
  return new Map(config.architecture === 'llama' ? llamaWeights(config) : gpt2Weights(config));
}

/** What files saved from the model without its head leave out in front of a name. */
export const basePrefixes: { readonly [A in ModelConfig['architecture']]: string } = {
  llama: 'model.',
  gpt2: 'transformer.',
};

/** How many numbers the model consists of. */
export function countParameters(config: ModelConfig): number {
  let total = 0;
  for (const shape of expectWeights(config).values()) total += shape.reduce((product, size) => product * size, 1);
  return total;
}

type Named = [name: string, shape: readonly number[]];

/** Linear layers are [out, in]. */
function* llamaWeights(c: LlamaConfig): Generator<Named> {
  const { hiddenSize: d, intermediateSize, vocabularySize } = c;
  const queries = c.numHeads * c.headDim;
  const keys = c.numKeyValueHeads * c.headDim;
  yield ['model.embed_tokens.weight', [vocabularySize, d]];
  for (let layer = 0; layer < c.numLayers; layer++) {
    const name = `model.layers.${layer}`;
    yield [`${name}.input_layernorm.weight`, [d]];
    yield* linear(`${name}.self_attn.q_proj`, [queries, d], c.attentionBias.qkv);
    yield* linear(`${name}.self_attn.k_proj`, [keys, d], c.attentionBias.qkv);
    yield* linear(`${name}.self_attn.v_proj`, [keys, d], c.attentionBias.qkv);
    yield* linear(`${name}.self_attn.o_proj`, [d, queries], c.attentionBias.output);
    yield [`${name}.post_attention_layernorm.weight`, [d]];
    yield* linear(`${name}.mlp.gate_proj`, [intermediateSize, d], c.mlpBias);
    yield* linear(`${name}.mlp.up_proj`, [intermediateSize, d], c.mlpBias);
    yield* linear(`${name}.mlp.down_proj`, [d, intermediateSize], c.mlpBias);
  }
  yield ['model.norm.weight', [d]];
  if (!c.tieWordEmbeddings) yield ['lm_head.weight', [vocabularySize, d]];
}

function* linear(name: string, shape: readonly [out: number, inner: number], bias: boolean): Generator<Named> {
  yield [`${name}.weight`, shape];
  if (bias) yield [`${name}.bias`, [shape[0]]];
}

/** GPT-2's `Conv1D` layers are [in, out]. */
function* gpt2Weights(c: Gpt2Config): Generator<Named> {
  const { hiddenSize: d, innerSize, vocabularySize } = c;
  yield ['transformer.wte.weight', [vocabularySize, d]];
  yield ['transformer.wpe.weight', [c.maxPositions, d]];
  for (let layer = 0; layer < c.numLayers; layer++) {
    const name = `transformer.h.${layer}`;
    yield* weightAndBias(`${name}.ln_1`, [d]);
    yield* weightAndBias(`${name}.attn.c_attn`, [d, 3 * d]);
    yield* weightAndBias(`${name}.attn.c_proj`, [d, d]);
    yield* weightAndBias(`${name}.ln_2`, [d]);
    yield* weightAndBias(`${name}.mlp.c_fc`, [d, innerSize]);
    yield* weightAndBias(`${name}.mlp.c_proj`, [innerSize, d]);
  }
  yield* weightAndBias('transformer.ln_f', [d]);
  if (!c.tieWordEmbeddings) yield ['lm_head.weight', [vocabularySize, d]];
}

function* weightAndBias(name: string, shape: readonly number[]): Generator<Named> {
  yield [`${name}.weight`, shape];
  yield [`${name}.bias`, shape.slice(-1)];
}
