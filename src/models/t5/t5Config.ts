import * as z from 'zod';
import {
  activationOf,
  commonSchema,
  epsilon,
  id,
  parse,
  refuseIn,
  size,
  tokenIds,
  type CommonConfig,
} from '../configFields.js';
import type { Buckets } from './relativePositions.js';

export interface T5Config extends CommonConfig {
  readonly architecture: 't5';
  readonly modelType: 't5' | 'mt5';
  readonly numDecoderLayers: number;
  readonly innerSize: number;
  readonly isGated: boolean;
  readonly layerNormEps: number;
  readonly relativeAttention: Buckets;
  readonly decoderStartTokenId: number;
  /** Whether the decoder's states are divided by √hidden in front of the output matrix. */
  readonly scaleOutputs: boolean;
}

const t5Schema = commonSchema.extend({
  d_model: size,
  d_kv: size,
  d_ff: size,
  num_layers: size.max(1000),
  num_decoder_layers: size.max(1000).nullish(),
  num_heads: size,
  relative_attention_num_buckets: size.default(32),
  relative_attention_max_distance: size.default(128),
  layer_norm_epsilon: epsilon.default(1e-6),
  feed_forward_proj: z.string().nullish(),
  decoder_start_token_id: id.nullish(),
  pad_token_id: id.nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  scale_decoder_outputs: z.boolean().nullish(),
});

/**
 * `hasHead`: whether the weights hold an output matrix of their own, which alone decides whether one is used (transformers 5); configs' word for
 * tied matrices means whether outputs are scaled (transformers 4), which version 5 writes as `scale_decoder_outputs`; mT5's never are.
 */
export function t5Config(
  value: unknown,
  { modelType, hasHead }: { modelType: T5Config['modelType']; hasHead: boolean },
  file: string,
): T5Config {
  const c = parse(t5Schema, value, file);
  const projection = c.feed_forward_proj ?? (modelType === 'mt5' ? 'gated-gelu' : 'relu');
  const [gate, ...rest] = projection.split('-');
  const isGated = rest.length > 0;
  if (rest.length > 1 || (isGated && gate !== 'gated'))
    refuseIn(file)('feed_forward_proj', projection, 'an activation, or gated- and one');
  // In T5's configs the gated gelu has always meant its tanh form.
  const name = projection === 'gated-gelu' ? 'gelu_new' : (rest[0] ?? projection);
  return {
    ...tokenIds(c),
    architecture: 't5',
    modelType,
    hiddenSize: c.d_model,
    innerSize: c.d_ff,
    numLayers: c.num_layers,
    numDecoderLayers: c.num_decoder_layers ?? c.num_layers,
    numHeads: c.num_heads,
    numKeyValueHeads: c.num_heads,
    headDim: c.d_kv,
    vocabularySize: c.vocab_size,
    // Positions are distances, so that nothing but memory limits a text.
    maxPositions: Infinity,
    isGated,
    activation: activationOf('feed_forward_proj', name, file),
    layerNormEps: c.layer_norm_epsilon,
    relativeAttention: { count: c.relative_attention_num_buckets, maxDistance: c.relative_attention_max_distance },
    decoderStartTokenId: c.decoder_start_token_id ?? c.pad_token_id ?? 0,
    tieWordEmbeddings: !hasHead,
    scaleOutputs: modelType !== 'mt5' && (c.scale_decoder_outputs ?? c.tie_word_embeddings ?? true),
  };
}
