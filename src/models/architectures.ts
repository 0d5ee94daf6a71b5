import { assert } from '../common/assert.js';
import { bertModel } from './bert/bert.js';
import type { CausalModel } from './causalModel.js';
import type { EncoderDecoderModel } from './encoderDecoder.js';
import { gpt2Model } from './gpt2/gpt2.js';
import { llamaModel } from './llama/llama.js';
import type { MaskedModel } from './maskedModel.js';
import type { ModelConfig } from './modelConfig.js';

export type Model = CausalModel | EncoderDecoderModel | MaskedModel;

/** The model that a config describes. */
export function modelOf(config: ModelConfig): Model {
  switch (config.architecture) {
    case 'llama':
      return llamaModel(config);
    case 'gpt2':
      return gpt2Model(config);
    case 'bert':
    case 'roberta':
      return bertModel(config);
  }
}

/** The decoder that a config describes, where only one will do. */
export const causalModel = (config: ModelConfig): CausalModel => asCausal(modelOf(config));

/** A model where nothing but a decoder gets: to texts that are written, and to what stands in front of all. */
export function asCausal(model: Model): CausalModel {
  assert(model.kind === 'causal', 'a decoder');
  return model;
}
