import type { BertConfig } from './bert/bertConfig.js';
import { bertNames } from './bert/bertNames.js';
import type { Gpt2Config } from './gpt2/gpt2Config.js';
import type { LlamaConfig } from './llama/llamaConfig.js';
import type { ModelConfig } from './modelConfig.js';
import type { T5Config } from './t5/t5Config.js';

/** Every tensor that a model is made of, by Hugging Face's full name, with its shape. A tied output matrix is not listed again. */
export function expectWeights(config: ModelConfig): Map<string, readonly number[]> {
  switch (config.architecture) {
    case 'llama':
      return new Map(llamaWeights(config));
    case 'gpt2':
      return new Map(gpt2Weights(config));
    case 't5':
      return new Map(t5Weights(config));
    case 'bert':
    case 'roberta':
      return new Map(bertWeights(config));
  }
}

/** What files saved from the model without its head leave out in front of a name. */
export const basePrefixes: { readonly [A in ModelConfig['architecture']]: string } = {
  llama: 'model.',
  gpt2: 'transformer.',
  t5: '',
  bert: 'bert.',
  roberta: 'roberta.',
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

/** Linear layers are [out, in]. */
function* t5Weights(c: T5Config): Generator<Named> {
  const { hiddenSize: d, innerSize, vocabularySize } = c;
  const width = c.numHeads * c.headDim;
  yield ['shared.weight', [vocabularySize, d]];
  for (const stack of ['encoder', 'decoder'] as const) {
    const attentions = stack === 'encoder' ? ['SelfAttention'] : ['SelfAttention', 'EncDecAttention'];
    const blocks = stack === 'encoder' ? c.numLayers : c.numDecoderLayers;
    for (let block = 0; block < blocks; block++) {
      const name = `${stack}.block.${block}.layer`;
      for (const [i, attention] of attentions.entries()) {
        for (const part of ['q', 'k', 'v']) yield [`${name}.${i}.${attention}.${part}.weight`, [width, d]];
        yield [`${name}.${i}.${attention}.o.weight`, [d, width]];
        yield [`${name}.${i}.layer_norm.weight`, [d]];
      }
      if (block === 0)
        yield [`${name}.0.SelfAttention.relative_attention_bias.weight`, [c.relativeAttention.count, c.numHeads]];
      const last = `${name}.${attentions.length}`;
      for (const part of c.isGated ? ['wi_0', 'wi_1'] : ['wi'])
        yield [`${last}.DenseReluDense.${part}.weight`, [innerSize, d]];
      yield [`${last}.DenseReluDense.wo.weight`, [d, innerSize]];
      yield [`${last}.layer_norm.weight`, [d]];
    }
    yield [`${stack}.final_layer_norm.weight`, [d]];
  }
  if (!c.tieWordEmbeddings) yield ['lm_head.weight', [vocabularySize, d]];
}

/** Linear layers are [out, in]. */
function* bertWeights(c: BertConfig): Generator<Named> {
  const { hiddenSize: d, innerSize, vocabularySize } = c;
  const { base, headDense, headNorm, headBias } = bertNames[c.architecture];
  yield [`${base}.embeddings.word_embeddings.weight`, [vocabularySize, d]];
  yield [`${base}.embeddings.position_embeddings.weight`, [c.firstPosition + c.maxPositions, d]];
  yield [`${base}.embeddings.token_type_embeddings.weight`, [c.tokenTypes, d]];
  yield* weightAndBias(`${base}.embeddings.LayerNorm`, [d]);
  for (let layer = 0; layer < c.numLayers; layer++) {
    const name = `${base}.encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) yield* linear(`${name}.attention.self.${part}`, [d, d], true);
    yield* linear(`${name}.attention.output.dense`, [d, d], true);
    yield* weightAndBias(`${name}.attention.output.LayerNorm`, [d]);
    yield* linear(`${name}.intermediate.dense`, [innerSize, d], true);
    yield* linear(`${name}.output.dense`, [d, innerSize], true);
    yield* weightAndBias(`${name}.output.LayerNorm`, [d]);
  }
  yield* linear(headDense, [d, d], true);
  yield* weightAndBias(headNorm, [d]);
  yield [headBias, [vocabularySize]];
}
