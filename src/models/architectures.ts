import type { CausalModel } from './causalModel.js';
import type { EncoderDecoderModel } from './encoderDecoder.js';
import { gpt2Model } from './gpt2/gpt2.js';
import { llamaModel } from './llama/llama.js';
import type { MaskedModel } from './maskedModel.js';
import type { ModelConfig } from './modelConfig.js';

export type Model = CausalModel | EncoderDecoderModel | MaskedModel;

/** The decoder that a config describes. */
export function causalModel(config: ModelConfig): CausalModel {
  switch (config.architecture) {
    case 'llama':
      return llamaModel(config);
    case 'gpt2':
      return gpt2Model(config);
  }
}
