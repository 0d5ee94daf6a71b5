import type { MethodConfigOf } from '../protocol/recipe.js';
import { applyLinear, applyLstm, embedding, linear, lstm } from './layers.js';
import type { Encoder, Method, MethodSetting, Parameter } from './method.js';

/** From PyTorch's ±1/√in to He et al. 2015's ±√(6/in), which keeps the variance through ReLUs. */
const reluGain = Math.sqrt(6);

/** The encoders behind the embedding, with their last layer: what PEFT's `PromptEncoder` has. */
const encoders: {
  readonly [Type in MethodConfigOf<'P_TUNING'>['encoder_reparameterization_type']]: (
    hiddenSize: number,
    size: number,
  ) => { readonly parameters: readonly Parameter[]; readonly encoder: Encoder };
} = {
  MLP: (hiddenSize, size) => ({
    parameters: [
      ...linear('mlp_head.0', hiddenSize, size),
      ...linear('mlp_head.2', size, size),
      ...linear('mlp_head.4', size, hiddenSize),
    ],
    encoder: {
      features: (build, parameters) => {
        const first = build.relu(applyLinear(build, parameters, 'mlp_head.0', parameters('embedding.weight')));
        return build.relu(applyLinear(build, parameters, 'mlp_head.2', first));
      },
      size,
      weight: 'mlp_head.4.weight',
      bias: 'mlp_head.4.bias',
      gain: reluGain,
    },
  }),
  LSTM: (hiddenSize, size) => ({
    parameters: [
      ...lstm('lstm_head', hiddenSize, size),
      ...linear('mlp_head.0', 2 * size, 2 * size),
      ...linear('mlp_head.2', 2 * size, hiddenSize),
    ],
    encoder: {
      features: (build, parameters) => {
        const states = applyLstm(build, parameters, 'lstm_head', parameters('embedding.weight'));
        return build.relu(applyLinear(build, parameters, 'mlp_head.0', states));
      },
      size: 2 * size,
      weight: 'mlp_head.2.weight',
      bias: 'mlp_head.2.bias',
      gain: reluGain,
    },
  }),
};

/** P-tuning (Liu et al. 2021 §3.2): the virtual tokens [P, hidden] are what an encoder makes of trained vectors; it is dropped in the end. */
export function pTuning(config: MethodConfigOf<'P_TUNING'>, { model, placed }: MethodSetting): Method {
  const { num_virtual_tokens: count, encoder_reparameterization_type: type, encoder_hidden_size: size } = config;
  const { hiddenSize } = model;
  const { parameters, encoder } = encoders[type](hiddenSize, size);
  return {
    entry: placed ? 'anywhere' : 'front',
    virtualTokens: count,
    width: hiddenSize,
    parameters: [embedding('embedding', count, hiddenSize), ...parameters],
    encoder,
  };
}
