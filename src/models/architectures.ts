import { assert } from '../common/assert.js';
import type { CausalModel } from './causalModel.js';
import type { EncoderDecoderModel } from './encoderDecoder.js';
import { gpt2Model } from './gpt2/gpt2.js';
import { llamaModel } from './llama/llama.js';
import type { ModelConfig } from './modelConfig.js';
import { t5Model } from './t5/t5.js';

export type Model = CausalModel | EncoderDecoderModel;

/** The model that a config describes. */
export function modelOf(config: ModelConfig): Model {
  switch (config.architecture) {
    case 'llama':
      return llamaModel(config);
    case 'gpt2':
      return gpt2Model(config);
    case 't5':
      return t5Model(config);
  }
}

/** The decoder that a config describes, where only one will do. */
export function causalModel(config: ModelConfig): CausalModel {
  const model = modelOf(config);
  assert(model.kind === 'causal', 'a decoder');
  return model;
}
