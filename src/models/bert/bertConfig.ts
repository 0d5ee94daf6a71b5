import * as z from 'zod';
import type { Activation } from '../activation.js';
import {
  activationOf,
  bad,
  commonSchema,
  epsilon,
  id,
  parse,
  refuseIn,
  size,
  tokenIds,
  type CommonConfig,
} from '../configFields.js';

export interface BertConfig extends CommonConfig {
  readonly architecture: 'bert' | 'roberta';
  readonly modelType: 'bert' | 'roberta';
  readonly innerSize: number;
  readonly layerNormEps: number;
  readonly tokenTypes: number;
  /** Where a text's first token stands in the table of positions. */
  readonly firstPosition: number;
  /** Between the two layers of the head. */
  readonly headActivation: Activation;
}

const bertSchema = commonSchema.extend({
  hidden_size: size,
  num_hidden_layers: size.max(1000),
  num_attention_heads: size,
  intermediate_size: size,
  max_position_embeddings: size,
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: epsilon.default(1e-12),
  type_vocab_size: size.default(2),
  pad_token_id: id.nullish(),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().default(false),
  add_cross_attention: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
});

/** RoBERTa's fairseq counts positions from behind the padding token's id. */
const robertaPadding = 1;

export function bertConfig(value: unknown, architecture: BertConfig['architecture'], file: string): BertConfig {
  const c = parse(bertSchema, value, file);
  const refuse = refuseIn(file);
  const firstPosition = architecture === 'roberta' ? (c.pad_token_id ?? robertaPadding) + 1 : 0;
  if (c.hidden_size % c.num_attention_heads !== 0)
    bad(file, 'num_attention_heads', c.num_attention_heads, `a divisor of ${c.hidden_size}`);
  if (c.max_position_embeddings <= firstPosition)
    bad(file, 'max_position_embeddings', c.max_position_embeddings, `more than ${firstPosition}`);
  if ((c.position_embedding_type ?? 'absolute') !== 'absolute')
    refuse('position_embedding_type', c.position_embedding_type ?? '', 'absolute');
  for (const field of ['is_decoder', 'add_cross_attention'] as const) if (c[field]) refuse(field, true, false);
  if (!c.tie_word_embeddings) refuse('tie_word_embeddings', false, true);
  const activation = activationOf('hidden_act', c.hidden_act, file);
  return {
    ...tokenIds(c),
    architecture,
    modelType: architecture,
    hiddenSize: c.hidden_size,
    innerSize: c.intermediate_size,
    numLayers: c.num_hidden_layers,
    numHeads: c.num_attention_heads,
    numKeyValueHeads: c.num_attention_heads,
    headDim: c.hidden_size / c.num_attention_heads,
    vocabularySize: c.vocab_size,
    maxPositions: c.max_position_embeddings - firstPosition,
    layerNormEps: c.layer_norm_eps,
    tokenTypes: c.type_vocab_size,
    firstPosition,
    activation,
    headActivation: architecture === 'roberta' ? 'gelu' : activation,
    tieWordEmbeddings: true,
  };
}
