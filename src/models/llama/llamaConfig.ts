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

export interface LlamaConfig extends CommonConfig {
  readonly architecture: 'llama';
  readonly modelType: 'llama' | 'mistral' | 'qwen2';
  readonly intermediateSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly attentionBias: { readonly qkv: boolean; readonly output: boolean };
  readonly mlpBias: boolean;
}

const ropeSchema = z.object({
  rope_theta: z.number().positive().optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  partial_rotary_factor: z.number().optional(),
});

const llamaSchema = commonSchema.extend({
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size.max(1000),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
  hidden_act: z.string().default('silu'),
  rms_norm_eps: epsilon.default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullish(),
  layer_types: z.array(z.string()).nullish(),
});

export function llamaConfig(value: unknown, modelType: LlamaConfig['modelType'], file: string): LlamaConfig {
  const c = parse(llamaSchema, value, file);
  const refuse = refuseIn(file);
  const numHeads = c.num_attention_heads;
  // Left out, it is one for each head in Llama alone: Mistral and Qwen2 have defaults of their own, but always write it.
  if (c.num_key_value_heads === undefined && modelType !== 'llama')
    bad(file, 'num_key_value_heads', 'missing', 'a number');
  const numKeyValueHeads = c.num_key_value_heads ?? numHeads;
  if (numHeads % numKeyValueHeads !== 0) bad(file, 'num_key_value_heads', numKeyValueHeads, `a divisor of ${numHeads}`);
  const headDim = c.head_dim ?? c.hidden_size / numHeads;
  if (!Number.isInteger(headDim)) bad(file, 'num_attention_heads', numHeads, `a divisor of ${c.hidden_size}`);
  if (headDim % 2 !== 0) bad(file, 'head_dim', headDim, 'an even number');

  const rope = { ...c.rope_scaling, ...c.rope_parameters };
  const ropeType = rope.rope_type ?? rope.type ?? 'default';
  if (ropeType !== 'default') refuse('rope_type', ropeType, 'default');
  const rotaryPart = rope.partial_rotary_factor ?? c.partial_rotary_factor ?? 1;
  if (rotaryPart !== 1) refuse('partial_rotary_factor', rotaryPart, 1);

  const window = slidingWindow(c, modelType);
  if (window < c.max_position_embeddings) {
    refuse('sliding_window', window, `none, or at least ${c.max_position_embeddings}`);
  }
  const otherLayer = c.layer_types?.find((type) => type !== 'full_attention');
  if (otherLayer !== undefined) refuse('layer_types', otherLayer, 'full_attention');

  return {
    ...tokenIds(c),
    architecture: 'llama',
    modelType,
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    numLayers: c.num_hidden_layers,
    numHeads,
    numKeyValueHeads,
    headDim,
    vocabularySize: c.vocab_size,
    maxPositions: c.max_position_embeddings,
    rmsNormEps: c.rms_norm_eps,
    ropeTheta: rope.rope_theta ?? c.rope_theta ?? 10000,
    attentionBias: {
      qkv: modelType === 'qwen2' || (modelType === 'llama' && c.attention_bias),
      output: modelType === 'llama' && c.attention_bias,
    },
    mlpBias: modelType === 'llama' && c.mlp_bias,
    activation: activationOf('hidden_act', c.hidden_act, file),
    tieWordEmbeddings: c.tie_word_embeddings,
  };
}

/** How far back a token sees, in tokens. */
function slidingWindow(c: z.infer<typeof llamaSchema>, modelType: LlamaConfig['modelType']): number {
  if (modelType === 'llama' || (modelType === 'qwen2' && !c.use_sliding_window)) return Infinity;
  // Left out, it is 4096 (transformers); null is none.
  return c.sliding_window === undefined ? 4096 : (c.sliding_window ?? Infinity);
}
