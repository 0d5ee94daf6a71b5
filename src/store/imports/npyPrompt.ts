import { readNpy } from '../npy.js';
import { asPromptTuning, type ConvertedPrompt } from './convertedPrompt.js';

/**
 * A prompt of google-research/prompt-tuning: `numpy.save` of the input vectors [P, hidden]. It does not say for which model.
 * Throws `store.badNpy`, `store.fileMissing` or `store.unreadable`.
 */
export async function readNpyPrompt(file: string): Promise<ConvertedPrompt> {
  const embeddings = await readNpy(file);
  const [numVirtualTokens = 0, tokenDim = 0] = embeddings.shape;
  const config = asPromptTuning({
    auto_mapping: null,
    base_model_name_or_path: null,
    inference_mode: true,
    modules_to_save: null,
    num_attention_heads: null,
    num_layers: null,
    num_transformer_submodules: 1,
    num_virtual_tokens: numVirtualTokens,
    peft_version: null,
    revision: null,
    // Without it, PEFT would run the model without the prompt and say nothing.
    task_type: 'CAUSAL_LM',
    token_dim: tokenDim,
  });
  return { config, embeddings, origin: 'an .npy file' };
}
