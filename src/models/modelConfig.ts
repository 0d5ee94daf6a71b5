import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError } from '../store/fileErrors.js';
import { bertConfig, type BertConfig } from './bert/bertConfig.js';
import { commonSchema, parse, refuseIn } from './configFields.js';
import { gpt2Config, type Gpt2Config } from './gpt2/gpt2Config.js';
import { llamaConfig, type LlamaConfig } from './llama/llamaConfig.js';
import { storesTensor } from './safetensorsWeights.js';
import { t5Config, type T5Config } from './t5/t5Config.js';

/**
 * What a model is built from: Hugging Face's `config.json`, as transformers 4 and 5 write it, checked field by field. Anything that
 * would change the result and is not built is refused by name.
 */
export type ModelConfig = LlamaConfig | Gpt2Config | T5Config | BertConfig;

const modelTypes = ['llama', 'mistral', 'qwen2', 'gpt2', 't5', 'mt5', 'bert', 'roberta'] as const;
const isModelType = (type: string): type is (typeof modelTypes)[number] => modelTypes.some((known) => known === type);

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
  return parseModelConfig(value, file, await storesTensor(folder, 'lm_head.weight'));
}

/**
 * The config of a supported architecture. `file` is named in errors; `hasHead`: whether the weights hold an output matrix, which of T5 the config
 * does not say.
 * Throws `model.badConfig` for a field that is missing or wrong, `model.unsupported` for one whose value is not built.
 */
export function parseModelConfig(value: unknown, file: string, hasHead = false): ModelConfig {
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
      return llamaConfig(value, modelType, file);
    case 'gpt2':
      return gpt2Config(value, file);
    case 't5':
    case 'mt5':
      return t5Config(value, { modelType, hasHead }, file);
    case 'bert':
    case 'roberta':
      return bertConfig(value, modelType, file);
  }
}
