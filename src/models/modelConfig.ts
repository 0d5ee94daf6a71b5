import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from '../store/fileErrors.js';
import type { Activation } from './activation.js';

/**
 * What a model is built from: Hugging Face's `config.json`, as transformers 4 and 5 write it, checked field by field. Anything that
 * would change the result and is not built is refused by name.
 */
interface CommonConfig {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly activation: Activation;
  readonly tieWordEmbeddings: boolean;
  readonly bosTokenId?: number;
  readonly eosTokenIds: readonly number[];
}

export interface LlamaConfig extends CommonConfig {
  readonly architecture: 'llama';
  readonly modelType: 'llama' | 'mistral' | 'qwen2';
  readonly intermediateSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly attentionBias: { readonly qkv: boolean; readonly output: boolean };
  readonly mlpBias: boolean;
}

export interface Gpt2Config extends CommonConfig {
  readonly architecture: 'gpt2';
  readonly innerSize: number;
  readonly layerNormEps: number;
}

export type ModelConfig = LlamaConfig | Gpt2Config;

const modelTypes = ['llama', 'mistral', 'qwen2', 'gpt2'] as const;
const isModelType = (type: string): type is (typeof modelTypes)[number] => modelTypes.some((known) => known === type);

/** Hugging Face's names for the activations that are built (`ACT2FN`). */
const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
};

const size = z.int().min(1);
const id = z.int().min(0);
const epsilon = z.number().positive();

const commonSchema = z.object({
  vocab_size: size,
  bos_token_id: id.nullish(),
  eos_token_id: z.union([id, z.array(id)]).nullish(),
  quantization_config: z.looseObject({ quant_method: z.string().optional() }).nullish(),
});

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

/** Reads `config.json` of a model folder. Throws `store.fileMissing`, `store.unreadable`, `model.badConfig` or `model.unsupported`. */
export async function readModelConfig(folder: string): Promise<ModelConfig> {
  const file = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw asReadError(error, file);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SoftpromptError(
      'model.badConfig',
      { file, field: 'config.json', found: 'no JSON', expected: 'a JSON object' },
      { cause },
    );
  }
  return parseModelConfig(value, file);
}

/**
 * The config of a supported architecture. `file` is named in errors.
 * Throws `model.badConfig` for a field that is missing or wrong, `model.unsupported` for one whose value is not built.
 */
export function parseModelConfig(value: unknown, file: string): ModelConfig {
  const refuse = refuseIn(file);
  const { model_type: modelType } = parse(z.object({ model_type: z.string() }), value, file);
  if (!isModelType(modelType)) return refuse('model_type', modelType, modelTypes.join(', '));
  const common = parse(commonSchema, value, file);
  if (common.quantization_config) {
    refuse(
      'quantization_config',
      common.quantization_config.quant_method ?? 'present',
      'weights that are not quantised',
    );
  }
  switch (modelType) {
    case 'llama':
    case 'mistral':
    case 'qwen2':
      return llamaConfig(parse(llamaSchema, value, file), modelType, file);
    case 'gpt2':
      return gpt2Config(parse(gpt2Schema, value, file), file);
  }
}

function llamaConfig(c: z.infer<typeof llamaSchema>, modelType: LlamaConfig['modelType'], file: string): LlamaConfig {
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

function gpt2Config(c: z.infer<typeof gpt2Schema>, file: string): Gpt2Config {
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

function tokenIds(c: z.infer<typeof commonSchema>): Pick<ModelConfig, 'bosTokenId' | 'eosTokenIds'> {
  return {
    ...(typeof c.bos_token_id === 'number' && { bosTokenId: c.bos_token_id }),
    eosTokenIds: [c.eos_token_id ?? []].flat(),
  };
}

function activationOf(field: string, name: string, file: string): Activation {
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined;
  return known ?? refuseIn(file)(field, name, Object.keys(activations).join(', '));
}

function parse<S extends z.ZodType>(schema: S, value: unknown, file: string): z.infer<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return bad(
    file,
    issue?.path.join('.') || 'config.json',
    JSON.stringify(issue?.input) ?? 'nothing',
    expectedBy(issue),
  );
}

/** What would have been right, without the sentence that zod makes around it. */
function expectedBy(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return issue.expected;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue?.message ?? '';
  }
}

type Plain = string | number | boolean;

function bad(file: string, field: string, found: Plain, expected: string): never {
  throw new SoftpromptError('model.badConfig', { file, field, found: String(found), expected });
}

const refuseIn =
  (file: string) =>
  (field: string, found: Plain, supported: Plain): never => {
    throw new SoftpromptError('model.unsupported', { file, field, found: String(found), supported: String(supported) });
  };
