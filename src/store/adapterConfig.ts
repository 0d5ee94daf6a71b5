import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { checkJson, readText } from './readJson.js';
import { kindOf } from './storeLocation.js';

/**
 * `adapter_config.json` of a prompt as Hugging Face PEFT 0.20 and 0.21 write it (`src/peft/config.py`, `tuners/prompt_tuning/config.py`),
 * under PEFT's own names.
 */
export const adapterConfigFile = 'adapter_config.json';

const optionalText = z.string().nullable().default(null);
const size = z.int().min(1);

/** What the loader of a plain adapter may lean on; PEFT leaves out what is not known. */
const promptTuningSchema = z.object({
  auto_mapping: z.record(z.string(), z.unknown()).nullable().default(null),
  base_model_name_or_path: optionalText,
  inference_mode: z.boolean().default(true),
  modules_to_save: z.array(z.string()).nullable().default(null),
  num_attention_heads: size.nullable().default(null),
  num_layers: size.nullable().default(null),
  num_transformer_submodules: z.int().nullable().default(null),
  num_virtual_tokens: size,
  peft_type: z.literal('PROMPT_TUNING'),
  /** PEFT fills in its own where it is null. */
  peft_version: optionalText,
  prompt_tuning_init: z.enum(['RANDOM', 'SAMPLE_VOCAB', 'TEXT']).default('RANDOM'),
  prompt_tuning_init_text: optionalText,
  revision: optionalText,
  task_type: optionalText,
  token_dim: size,
  tokenizer_kwargs: z.record(z.string(), z.unknown()).nullable().default(null),
  tokenizer_name_or_path: optionalText,
});
export type AdapterConfig = z.infer<typeof promptTuningSchema>;

export interface PromptTuningDescription {
  /** As PEFT is to find it: a Hugging Face id or a path. */
  readonly baseModel: string;
  readonly numVirtualTokens: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numAttentionHeads: number;
  /** How training began, in PEFT's terms. Our own ways are RANDOM to PEFT, which would ask TEXT for a tokenizer. */
  readonly initialisation?: PeftInitialisation;
}
export type PeftInitialisation =
  { readonly type: 'RANDOM' | 'SAMPLE_VOCAB' } | { readonly type: 'TEXT'; readonly text: string };

/** The config that PEFT itself would save for prompt tuning of a decoder. */
export function promptTuningConfig(description: PromptTuningDescription): AdapterConfig {
  const { baseModel, numVirtualTokens, hiddenSize, numLayers, numAttentionHeads } = description;
  const initialisation = description.initialisation ?? { type: 'RANDOM' };
  const fromText = initialisation.type === 'TEXT';
  return {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    modules_to_save: null,
    num_attention_heads: numAttentionHeads,
    num_layers: numLayers,
    num_transformer_submodules: 1,
    num_virtual_tokens: numVirtualTokens,
    peft_type: 'PROMPT_TUNING',
    peft_version: null,
    prompt_tuning_init: initialisation.type,
    prompt_tuning_init_text: fromText ? initialisation.text : null,
    revision: null,
    task_type: 'CAUSAL_LM',
    token_dim: hiddenSize,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: fromText ? baseModel : null,
  };
}

/** As PEFT writes it: keys sorted, two spaces, no line break at the end. */
export function formatAdapterConfig(config: AdapterConfig): string {
  return JSON.stringify(Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2);
}

/** Throws `store.notAPrompt`, `store.badPrompt`, or `store.unsupportedAdapter` for what is not built, naming it. */
export async function readAdapterConfig(folder: string): Promise<AdapterConfig> {
  const file = join(folder, adapterConfigFile);
  if ((await kindOf(file)) !== 'file') throw new SoftpromptError('store.notAPrompt', { folder });
  const text = await readText(file);
  const raw = checkJson(text, file, z.looseObject({ peft_type: z.string() }), badPrompt);
  const refuse = (field: string, found: unknown, supported: string): void => {
    if (found === undefined || found === null || found === supported) return;
    throw new SoftpromptError('store.unsupportedAdapter', { file, field, found: displayed(found), supported });
  };
  refuse('peft_type', raw.peft_type, 'PROMPT_TUNING');
  refuse('task_type', raw.task_type, 'CAUSAL_LM');
  if (raw.num_transformer_submodules !== 1) refuse('num_transformer_submodules', raw.num_transformer_submodules, '1');
  refuse('modules_to_save', raw.modules_to_save, 'null');
  return checkJson(text, file, promptTuningSchema, badPrompt);
}

export function badPrompt(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'store.badPrompt'> {
  return new SoftpromptError('store.badPrompt', { file, found, expected }, cause === undefined ? undefined : { cause });
}

function displayed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
