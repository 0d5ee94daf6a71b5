import * as z from 'zod';
import { badPrompt, promptLearningSchema, type RawAdapterConfig } from '../adapterConfig.js';
import { readAdapterTensors } from '../adapterWeights.js';
import { asPromptTuning, type ConvertedPrompt } from './convertedPrompt.js';

const schema = promptLearningSchema.extend({ cpt_token_ids: z.array(z.int()).default([0]) });

/**
 * Context-aware prompt tuning (Blau et al. 2024): what PEFT saves is base + projected delta, summed already, and it enters a model as
 * prompt tuning does. Masks and the loss's weights matter in training alone.
 * Throws `store.promptPickle`, `store.badPrompt` or `store.badSafetensors`.
 */
export async function readCpt(folder: string, raw: RawAdapterConfig): Promise<ConvertedPrompt> {
  const { cpt_token_ids: ids, ...common } = raw.parse(schema);
  // PEFT takes the number of virtual tokens from here, whatever else is written.
  if (ids.length !== common.num_virtual_tokens) {
    throw badPrompt(
      raw.file,
      `${ids.length} cpt_token_ids`,
      `${common.num_virtual_tokens}, as num_virtual_tokens says`,
    );
  }
  const { prompt_embeddings: embeddings } = await readAdapterTensors(folder, {
    prompt_embeddings: [common.num_virtual_tokens, common.token_dim],
  });
  return { config: asPromptTuning(common), embeddings, origin: 'a CPT adapter of PEFT' };
}
