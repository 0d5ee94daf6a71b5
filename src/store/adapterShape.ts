import { prefixedBlocks } from '../protocol/prefixAttention.js';
import type { AdapterConfig, PartsConfig } from './adapterConfig.js';

// Apart from `adapterConfig.ts`, whose schemas the extension would load as it starts.

export const hasParts = (config: AdapterConfig): config is PartsConfig => 'prefix_attention' in config;

/** What enters a model: [num_virtual_tokens, width], where a prefix is 2·blocks·token_dim wide: keys and values of every block. */
export function adapterShape(config: AdapterConfig): readonly [number, number] {
  const { num_virtual_tokens: numVirtualTokens, token_dim: tokenDim } = config;
  return [numVirtualTokens, config.peft_type === 'PREFIX_TUNING' ? 2 * blockCount(config) * tokenDim : tokenDim];
}

const blockCount = (config: Extract<AdapterConfig, { peft_type: 'PREFIX_TUNING' }>): number =>
  hasParts(config)
    ? prefixedBlocks(config.prefix_attention, {
        numLayers: config.num_layers,
        numEncoderLayers: config.num_encoder_layers,
      })
    : config.num_layers;
