import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../common/assert.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { prefixAttentions, type PrefixAttention } from '../protocol/prefixAttention.js';
import { promptConfig, type MethodConfig, type PeftType, type PromptConfig } from '../protocol/recipe.js';
import { adapterShape, hasParts } from './adapterShape.js';
import { checkJson, readText } from './readJson.js';
import { kindOf } from './storeLocation.js';
import { formatWarpConfig, readWarpConfig, warpConfigFile, type WarpConfig } from './warpConfig.js';

/**
 * `adapter_config.json` of a prompt as Hugging Face PEFT 0.20 and 0.21 write it (`src/peft/config.py`,
 * `tuners/{prompt_tuning,prefix_tuning,p_tuning}/config.py`), under PEFT's own names.
 */
export const adapterConfigFile = 'adapter_config.json';

/**
 * In place of `adapter_config.json` for a prefix that stands in an encoder-decoder's encoder or cross-attention, which PEFT has not and must not
 * take for one of the decoder's: the same fields, and `num_encoder_layers` and `prefix_attention`, the parts of the tensor in their order.
 */
export const prefixConfigFile = 'prefix_config.json';

/** What tells that a folder is a prompt's: one of these. */
export const promptConfigFiles = [adapterConfigFile, warpConfigFile, prefixConfigFile] as const;

const optionalText = z.string().nullable().default(null);
const size = z.int().min(1);

/** What the loader of a plain adapter may lean on; PEFT leaves out what is not known. */
export const promptLearningSchema = z.object({
  auto_mapping: z.record(z.string(), z.unknown()).nullable().default(null),
  base_model_name_or_path: optionalText,
  inference_mode: z.boolean().default(true),
  modules_to_save: z.array(z.string()).nullable().default(null),
  num_attention_heads: size.nullable().default(null),
  num_layers: size.nullable().default(null),
  num_transformer_submodules: z.int().nullable().default(null),
  num_virtual_tokens: size,
  /** PEFT fills in its own where it is null. */
  peft_version: optionalText,
  revision: optionalText,
  task_type: optionalText,
  token_dim: size,
});

const promptTuningSchema = promptLearningSchema.extend({
  peft_type: z.literal('PROMPT_TUNING'),
  prompt_tuning_init: z.enum(['RANDOM', 'SAMPLE_VOCAB', 'TEXT']).default('RANDOM'),
  prompt_tuning_init_text: optionalText,
  tokenizer_kwargs: z.record(z.string(), z.unknown()).nullable().default(null),
  tokenizer_name_or_path: optionalText,
});

const prefixTuningSchema = promptLearningSchema.extend({
  peft_type: z.literal('PREFIX_TUNING'),
  encoder_hidden_size: size.nullable().default(null),
  init_weights: optionalText,
  /** Of a prefix: key/value heads. */
  num_attention_heads: size,
  num_layers: size,
  prefix_projection: z.boolean().default(false),
});

const partsSchema = prefixTuningSchema.extend({
  num_encoder_layers: size,
  prefix_attention: z
    .array(z.enum(prefixAttentions))
    .refine(
      (parts) => parts.length > 0 && parts.join() === prefixAttentions.filter((part) => parts.includes(part)).join(),
      `some of ${prefixAttentions.join(', ')}, in this order`,
    ),
});

const pTuningSchema = promptLearningSchema.extend({
  peft_type: z.literal('P_TUNING'),
  encoder_dropout: z.number().default(0),
  encoder_hidden_size: size.nullable().default(null),
  encoder_num_layers: size.default(2),
  encoder_reparameterization_type: z.enum(['MLP', 'LSTM']).default('MLP'),
});

export const adapterConfigSchema = z.discriminatedUnion('peft_type', [
  promptTuningSchema,
  prefixTuningSchema,
  pTuningSchema,
]);
/** What prompts of groups are: one matrix each. */
export const groupConfigSchema = z.union([partsSchema, adapterConfigSchema]);
/** PEFT's configs, and ours of what PEFT has not. */
export type AdapterConfig = z.infer<typeof adapterConfigSchema> | PartsConfig | WarpConfig;
/** Of a prefix that does not stand in the decoder alone. */
export type PartsConfig = z.infer<typeof partsSchema>;

/** Whether it is one that PEFT reads. */
export const isPeft = (config: AdapterConfig): boolean => configFileOf(config) === adapterConfigFile;

/** What a loaded prompt can be. */
export const promptTypes = ['PROMPT_TUNING', 'P_TUNING', 'PREFIX_TUNING'] as const satisfies readonly PeftType[];
/** What becomes one of these when it is imported. */
export const convertedTypes = ['MULTITASK_PROMPT_TUNING', 'CPT', 'CARTRIDGE'] as const;

export const isEncoderDecoder = (config: AdapterConfig): boolean =>
  config.peft_type !== 'WARP' && (config.task_type === 'SEQ_2_SEQ_LM' || config.num_transformer_submodules === 2);

/**
 * The tensors that an adapter's file holds, with their shapes. For an encoder-decoder PEFT keeps, below the vectors that enter the encoder, as
 * many for the decoder, which never enter. `class_embeddings` [num_classes, token_dim] are WARP's alone.
 */
export function adapterTensors(config: AdapterConfig): Readonly<Record<string, readonly number[]>> {
  const [rows, width] = adapterShape(config);
  const copies = isEncoderDecoder(config) && config.peft_type !== 'PREFIX_TUNING' ? 2 : 1;
  return {
    prompt_embeddings: [copies * rows, width],
    ...(config.peft_type === 'WARP' && { class_embeddings: [config.num_classes, config.token_dim] }),
  };
}

export interface AdapterDescription {
  /** As PEFT is to find it: a Hugging Face id or a path. */
  readonly baseModel: string;
  /** One that makes a prompt. */
  readonly method: MethodConfig;
  readonly numVirtualTokens: number;
  readonly hiddenSize: number;
  /** Of a prefix: how many pairs of keys and values there are; see decoderPrefix.ts for those of an encoder-decoder. */
  readonly numLayers: number;
  readonly isEncoderDecoder?: boolean;
  /** Of a prefix that does not stand in the decoder alone, and how many blocks the encoder has. */
  readonly parts?: { readonly prefixAttention: readonly PrefixAttention[]; readonly numEncoderLayers: number };
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  /** PEFT's class for a masked model; a decoder's unless told. */
  readonly taskType?: 'CAUSAL_LM' | 'FEATURE_EXTRACTION';
  /** Of WARP. */
  readonly numClasses?: number;
}

/** The config that PEFT itself would save for a method, or ours. */
export function adapterConfig(description: AdapterDescription): AdapterConfig {
  const { baseModel, isEncoderDecoder: isPair = false } = description;
  const method = promptConfig(description.method);
  const common = {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    modules_to_save: null,
    num_attention_heads: description.numAttentionHeads,
    num_layers: description.numLayers,
    num_transformer_submodules: isPair ? 2 : 1,
    num_virtual_tokens: description.numVirtualTokens,
    peft_version: null,
    revision: null,
    task_type: isPair ? 'SEQ_2_SEQ_LM' : (description.taskType ?? 'CAUSAL_LM'),
    token_dim: description.hiddenSize,
  };
  switch (method.peft_type) {
    case 'PROMPT_TUNING':
      return { ...common, peft_type: 'PROMPT_TUNING', ...peftInitialisation(method, baseModel) };
    case 'PREFIX_TUNING': {
      const { parts } = description;
      const tokenDim = description.numKeyValueHeads * description.headDim;
      return {
        ...common,
        peft_type: 'PREFIX_TUNING',
        // Without a projection PEFT writes its default here.
        encoder_hidden_size: tokenDim,
        init_weights: null,
        num_attention_heads: description.numKeyValueHeads,
        // Keys and values are kept, not the network that made them. PEFT infers alike with true, but could not train these on.
        prefix_projection: false,
        token_dim: tokenDim,
        ...(parts && {
          num_encoder_layers: parts.numEncoderLayers,
          prefix_attention: [...parts.prefixAttention],
        }),
      };
    }
    case 'P_TUNING':
      return {
        ...common,
        peft_type: 'P_TUNING',
        encoder_dropout: 0,
        encoder_hidden_size: method.encoder_hidden_size,
        encoder_num_layers: 2,
        encoder_reparameterization_type: method.encoder_reparameterization_type,
      };
    case 'WARP':
      return {
        peft_type: 'WARP',
        base_model_name_or_path: baseModel,
        num_classes: defined(description.numClasses, 'classes'),
        num_virtual_tokens: description.numVirtualTokens,
        token_dim: description.hiddenSize,
      };
  }
}

/** PEFT knows its own initialisations alone; ours are RANDOM to it, which would ask TEXT for a tokenizer. */
function peftInitialisation(
  {
    prompt_tuning_init: type,
    prompt_tuning_init_text: text,
  }: Pick<PromptConfig, 'prompt_tuning_init' | 'prompt_tuning_init_text'>,
  baseModel: string,
): Pick<
  z.infer<typeof promptTuningSchema>,
  'prompt_tuning_init' | 'prompt_tuning_init_text' | 'tokenizer_kwargs' | 'tokenizer_name_or_path'
> {
  const fromText = type === 'TEXT' && text !== undefined;
  return {
    prompt_tuning_init: fromText ? 'TEXT' : type === 'SAMPLE_VOCAB' ? type : 'RANDOM',
    prompt_tuning_init_text: fromText ? text : null,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: fromText ? baseModel : null,
  };
}

/** The file that holds a config. */
export const configFileOf = (config: AdapterConfig): string =>
  config.peft_type === 'WARP' ? warpConfigFile : hasParts(config) ? prefixConfigFile : adapterConfigFile;

/** As PEFT writes it: keys sorted, two spaces, no line break at the end. */
export function formatAdapterConfig(config: AdapterConfig): string {
  if (config.peft_type === 'WARP') return formatWarpConfig(config);
  const text = JSON.stringify(Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2);
  // Python's float zero.
  return text.replace(/("encoder_dropout": \d+)(?=,\n)/, '$1.0');
}

/** An adapter's config as far as every type has it, checked for what could be read by no conversion. */
export interface RawAdapterConfig {
  readonly file: string;
  readonly peftType: string;
  parse<T>(schema: z.ZodType<T>): T;
}

/**
 * Throws `store.notAPrompt`, `store.badPrompt`, `store.encoderDecoder`, `store.adapterHead`, or `store.unsupportedAdapter` for what is
 * not built, naming it.
 */
export async function readRawConfig(folder: string, name = adapterConfigFile): Promise<RawAdapterConfig> {
  const file = join(folder, name);
  if ((await kindOf(file)) !== 'file') throw new SoftpromptError('store.notAPrompt', { folder });
  const text = await readText(file);
  const raw = checkJson(text, file, z.looseObject({ peft_type: z.string() }), badPrompt);
  const refuse = (field: string, found: unknown, supported: string): never => {
    throw new SoftpromptError('store.unsupportedAdapter', { file, field, found: displayed(found), supported });
  };
  const known: readonly string[] = [...promptTypes, ...convertedTypes];
  if (!known.includes(raw.peft_type)) refuse('peft_type', raw.peft_type, known.join(', '));
  const { task_type: task, num_transformer_submodules: submodules, modules_to_save: modules } = raw;
  const isConverted = convertedTypes.some((type) => type === raw.peft_type);
  if (isConverted && (task === 'SEQ_2_SEQ_LM' || submodules === 2))
    throw new SoftpromptError('store.encoderDecoder', {
      file,
      found: raw.peft_type,
      supported: promptTypes.join(', '),
    });
  if (task === 'SEQ_CLS' || task === 'TOKEN_CLS') {
    throw new SoftpromptError('store.adapterHead', { file, found: `task_type ${task}` });
  }
  if (!isNullish(modules) && displayed(modules) !== '[]') {
    throw new SoftpromptError('store.adapterHead', { file, found: `modules_to_save ${displayed(modules)}` });
  }
  const tasks = ['CAUSAL_LM', 'SEQ_2_SEQ_LM', 'FEATURE_EXTRACTION'];
  if (!isNullish(task) && !tasks.some((known) => known === task)) refuse('task_type', task, tasks.join(', '));
  const count = task === 'SEQ_2_SEQ_LM' || (isNullish(task) && submodules === 2) ? 2 : 1;
  if (!isNullish(submodules) && submodules !== count) refuse('num_transformer_submodules', submodules, String(count));
  return { file, peftType: raw.peft_type, parse: (schema) => checkJson(text, file, schema, badPrompt) };
}

/** As `readRawConfig`, `store.importFirst` for what is a prompt only once it is converted, and `store.badInit`; or our own. */
export async function readAdapterConfig(folder: string): Promise<AdapterConfig> {
  const name = await configFileIn(folder);
  if (name === warpConfigFile) return readWarpConfig(folder, badPrompt);
  const raw = await readRawConfig(folder, name);
  if (convertedTypes.some((type) => type === raw.peftType)) {
    throw new SoftpromptError('store.importFirst', { folder, found: raw.peftType });
  }
  const config = name === prefixConfigFile ? raw.parse(partsSchema) : raw.parse(adapterConfigSchema);
  if (config.peft_type === 'PREFIX_TUNING') checkHeads(config, raw.file);
  if (config.peft_type === 'PROMPT_TUNING') checkInitialisation(config, raw.file);
  return config;
}

/** The file that holds a folder's config; PEFT's where there is none of ours. */
async function configFileIn(folder: string): Promise<(typeof promptConfigFiles)[number]> {
  for (const name of [warpConfigFile, prefixConfigFile] as const)
    if ((await kindOf(join(folder, name))) === 'file') return name;
  return adapterConfigFile;
}

/** Whether a folder holds a prompt of a kind that PEFT has not. */
export const isOurs = async (folder: string): Promise<boolean> => (await configFileIn(folder)) !== adapterConfigFile;

/** What PEFT's `PromptTuningConfig.__post_init__` raises for, before it looks at the vectors. Throws `store.badInit`. */
function checkInitialisation(config: Extract<AdapterConfig, { peft_type: 'PROMPT_TUNING' }>, file: string): void {
  const { prompt_tuning_init: init, prompt_tuning_init_text: text, tokenizer_name_or_path: tokenizer } = config;
  const refuse = (found: string, expected: string): never => {
    throw new SoftpromptError('store.badInit', { file, found, expected });
  };
  if (init === 'TEXT') {
    if (text === null) refuse('prompt_tuning_init TEXT without a text', 'prompt_tuning_init_text');
    if (!tokenizer) refuse('prompt_tuning_init TEXT without a tokenizer', 'tokenizer_name_or_path');
  } else if (Object.keys(config.tokenizer_kwargs ?? {}).length > 0) {
    refuse(`tokenizer_kwargs with prompt_tuning_init ${init}`, 'them with TEXT alone');
  }
}

/** Of keys and values: each head has its share of token_dim. Throws `store.badPrompt`. */
export function checkHeads(
  { token_dim: tokenDim, num_attention_heads: heads }: Extract<AdapterConfig, { peft_type: 'PREFIX_TUNING' }>,
  file: string,
): void {
  if (tokenDim % heads !== 0) {
    throw badPrompt(file, `token_dim ${tokenDim}`, `a multiple of num_attention_heads ${heads}`);
  }
}

export function badPrompt(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'store.badPrompt'> {
  return new SoftpromptError('store.badPrompt', { file, found, expected }, cause === undefined ? undefined : { cause });
}

const isNullish = (value: unknown): value is null | undefined => value === null || value === undefined;

function displayed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
