import { SoftpromptError } from '../errors/softpromptError.js';
import { decoderAlone, prefixAttentions, prefixedBlocks } from '../protocol/prefixAttention.js';
import type { MethodConfigOf } from '../protocol/recipe.js';
import { applyLinear, embedding, linear, normal } from './layers.js';
import { direct, type Method, type MethodSetting } from './method.js';

/** Where nothing else is asked: near enough to zero that the model still works, as PEFT's own N(0, 1) is not. */
const tameDeviation = 0.1;

/**
 * Prefix tuning (Li, Liang 2021): P keys and values for every block, [P, 2 · layers · key/value heads · head size]. They are trained directly
 * (deep prompt tuning: Liu et al. 2022), or through PEFT's projection, Embedding → Linear → tanh → Linear (§4.3), of which only the result
 * is kept. On an encoder-decoder they stand in front of the decoder's own, where a block has its own or, as PEFT has it, shares another's, and
 * as a choice in the encoder and in cross-attention: a part each of [P, 2 · blocks of all parts · heads · head size].
 */
export function prefixTuning(config: MethodConfigOf<'PREFIX_TUNING'>, { model }: MethodSetting): Method {
  const { num_virtual_tokens: count, encoder_hidden_size: size } = config;
  const tokenDim = model.heads.numKeyValueHeads * model.heads.headDim;
  for (const field of ['peft_layer_sharing', 'prefix_attention'] as const)
    if (config[field] && model.kind !== 'encoderDecoder') throw new SoftpromptError('run.notEncoderDecoder', { field });
  const chosen = config.prefix_attention ?? decoderAlone;
  const attention = prefixAttentions.filter((part) => chosen.includes(part));
  const width = 2 * prefixedBlocks(attention, model) * tokenDim;
  const places = {
    ...(config.peft_layer_sharing && { sharesLayers: true }),
    ...(attention.some((part) => part !== 'decoder') && { prefixAttention: attention }),
  };
  if (!config.prefix_projection) {
    const deviation = config.prompt_tuning_init === 'RANDOM' ? 1 : tameDeviation;
    return { ...direct('keysAndValues', count, width, normal(deviation)), ...places };
  }
  const inSize = config.prefix_embedding === 'token_dim' ? tokenDim : model.hiddenSize;
  return {
    entry: 'keysAndValues',
    virtualTokens: count,
    width,
    ...places,
    parameters: [
      embedding('embedding', count, inSize),
      ...linear('transform.0', inSize, size),
      ...linear('transform.2', size, width),
    ],
    encoder: {
      features: (build, parameters) =>
        build.tanh(applyLinear(build, parameters, 'transform.0', parameters('embedding.weight'))),
      size,
      weight: 'transform.2.weight',
      bias: 'transform.2.bias',
      gain: 1,
    },
  };
}
