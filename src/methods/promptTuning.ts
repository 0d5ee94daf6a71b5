import type { MethodConfigOf } from '../protocol/recipe.js';
import { normal } from './layers.js';
import { direct, type Method, type MethodSetting } from './method.js';

/** Prompt tuning (Lester, Al-Rfou, Constant 2021): P virtual tokens [P, hidden] among the input's embeddings are all that is trained. */
export const promptTuning = (config: MethodConfigOf<'PROMPT_TUNING'>, { model, placed }: MethodSetting): Method =>
  direct(
    placed ? 'anywhere' : 'front',
    config.num_virtual_tokens,
    model.hiddenSize,
    config.prompt_tuning_init === 'RANDOM' ? normal(1) : (random) => random.next() - 0.5,
  );
