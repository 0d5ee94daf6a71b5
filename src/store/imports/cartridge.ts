import * as z from 'zod';
import { badPrompt, checkHeads, promptLearningSchema, type RawAdapterConfig } from '../adapterConfig.js';
import { adapterShape } from '../adapterShape.js';
import { readAdapterTensors } from '../adapterWeights.js';
import type { ConvertedPrompt } from './convertedPrompt.js';

const size = z.int().min(1);
const schema = promptLearningSchema.extend({
  num_attention_heads: size,
  num_layers: size,
  num_frozen_tokens: z.int().min(0).default(1),
});

/**
 * Cartridges (Eyuboglu et al. 2025): keys and values as prefix tuning lays them out; the frozen ones (attention sinks) are the first
 * rows of the same tensor and are used like the others.
 * Throws `store.promptPickle`, `store.badPrompt` or `store.badSafetensors`.
 */
export async function readCartridge(folder: string, raw: RawAdapterConfig): Promise<ConvertedPrompt> {
  const { num_frozen_tokens: frozen, ...common } = raw.parse(schema);
  if (frozen > common.num_virtual_tokens) {
    throw badPrompt(raw.file, `num_frozen_tokens ${frozen}`, `at most num_virtual_tokens ${common.num_virtual_tokens}`);
  }
  const config = {
    ...common,
    peft_type: 'PREFIX_TUNING' as const,
    encoder_hidden_size: common.token_dim,
    init_weights: null,
    prefix_projection: false,
  };
  checkHeads(config, raw.file);
  const { prompt_embeddings: embeddings } = await readAdapterTensors(folder, {
    prompt_embeddings: adapterShape(config),
  });
  return { config, embeddings, origin: 'a CARTRIDGE adapter of PEFT' };
}
