import { assert } from '../common/assert.js';
import { bertModel } from './bert/bert.js';
import type { CausalModel } from './causalModel.js';
import type { EncoderDecoderModel } from './encoderDecoder.js';
import { gpt2Model } from './gpt2/gpt2.js';
import { llamaModel } from './llama/llama.js';
import type { MaskedModel } from './maskedModel.js';
import type { ModelConfig } from './modelConfig.js';
import { t5Model } from './t5/t5.js';

export type Model = CausalModel | EncoderDecoderModel | MaskedModel;

/** The model that a config describes. */
export function modelOf(config: ModelConfig): Model {
  switch (config.architecture) {
    case 'llama':
      return llamaModel(config);
    case 'gpt2':
      return gpt2Model(config);
    case 't5':
      return t5Model(config);
    case 'bert':
    case 'roberta':
      return bertModel(config);
  }
}

/** The decoder that a config describes, where only one will do. */
export function causalModel(config: ModelConfig): CausalModel {
  const model = modelOf(config);
  assert(model.kind === 'causal', 'a decoder');
  return model;
}

/** A model where nothing but what writes gets: with a decoder, in front of whose blocks keys and values may stand. */
export function asWriting(model: Model): CausalModel | EncoderDecoderModel {
  assert(model.kind !== 'masked', 'a model that writes');
  return model;
}
