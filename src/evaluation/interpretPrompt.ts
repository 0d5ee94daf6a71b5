import { readWeightBlocks } from '../models/embeddingRows.js';
import type { BaseModel } from '../models/openModel.js';
import type { CausalModel } from '../models/causalModel.js';
import type { NearestTokens } from '../protocol/events.js';
import { nearestTokens } from './nearestTokens.js';
import { openPrompt, type PromptRequest } from './openPrompt.js';

/** The real tokens nearest to each virtual token of a saved prompt. */
export async function interpretPrompt(request: PromptRequest & { readonly top: number }): Promise<NearestTokens[]> {
  const { prompt, base, model } = await openPrompt(request);
  return nearestToPrompt(prompt.embeddings.data, base, model, request.top);
}

/** prompt [P, hidden], row-major. Special tokens are left out. */
export async function nearestToPrompt(
  prompt: Float32Array,
  base: Pick<BaseModel, 'weights' | 'tokenizer'>,
  model: CausalModel,
  top: number,
): Promise<NearestTokens[]> {
  const table = readWeightBlocks(base.weights, model.embeddingName);
  const textOf = (id: number): string | undefined =>
    base.tokenizer.isSpecial(id) ? undefined : base.tokenizer.tokenText(id);
  return nearestTokens(prompt, table, model.hiddenSize, top, textOf);
}
