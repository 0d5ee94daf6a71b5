import type * as z from 'zod';
import type { AdapterConfig, promptLearningSchema } from '../adapterConfig.js';
import type { FloatTensor } from '../safetensors.js';

/** What an import that is no prompt as it is becomes. */
export interface ConvertedPrompt {
  readonly config: AdapterConfig;
  readonly embeddings: FloatTensor;
  /** What it was, for its card. */
  readonly origin: string;
}

type PromptTuningConfig = Extract<AdapterConfig, { peft_type: 'PROMPT_TUNING' }>;

/** The config of the same vectors as plain prompt tuning, begun from nothing that PEFT could ask for. */
export function asPromptTuning(common: z.infer<typeof promptLearningSchema>): PromptTuningConfig {
  return {
    ...common,
    peft_type: 'PROMPT_TUNING',
    prompt_tuning_init: 'RANDOM',
    prompt_tuning_init_text: null,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: null,
  };
}
