import * as z from 'zod';
import {
  activationOf,
  bad,
  commonSchema,
  epsilon,
  parse,
  refuseIn,
  size,
  tokenIds,
  type CommonConfig,
} from '../configFields.js';

export interface Gpt2Config extends CommonConfig {
  readonly architecture: 'gpt2';
  readonly innerSize: number;
  readonly layerNormEps: number;
}

const gpt2Schema = commonSchema.extend({
  n_embd: size,
  n_layer: size.max(1000),
  n_head: size,
  n_positions: size,
  n_inner: size.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: epsilon.default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  reorder_and_upcast_attn: z.boolean().default(false),
  add_cross_attention: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
});

export function gpt2Config(value: unknown, file: string): Gpt2Config {
  const c = parse(gpt2Schema, value, file);
  const refuse = refuseIn(file);
  if (c.n_embd % c.n_head !== 0) bad(file, 'n_head', c.n_head, `a divisor of ${c.n_embd}`);
  if (!c.scale_attn_weights) refuse('scale_attn_weights', false, true);
  for (const field of ['scale_attn_by_inverse_layer_idx', 'reorder_and_upcast_attn', 'add_cross_attention'] as const) {
    if (c[field]) refuse(field, true, false);
  }
  return {
    ...tokenIds(c),
    architecture: 'gpt2',
    hiddenSize: c.n_embd,
    innerSize: c.n_inner ?? 4 * c.n_embd,
    numLayers: c.n_layer,
    numHeads: c.n_head,
    numKeyValueHeads: c.n_head,
    headDim: c.n_embd / c.n_head,
    vocabularySize: c.vocab_size,
    maxPositions: c.n_positions,
    layerNormEps: c.layer_norm_epsilon,
    activation: activationOf('activation_function', c.activation_function, file),
    tieWordEmbeddings: c.tie_word_embeddings,
  };
}
