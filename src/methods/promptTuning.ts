import type { Method } from './method.js';

export const promptParameter = 'prompt_embeddings';

/** Prompt tuning (Lester, Al-Rfou, Constant 2021): P virtual tokens [P, hidden] in front of the input are all that is trained. */
export const promptTuning = (numVirtualTokens: number, hiddenSize: number): Method => ({
  parameters: [{ name: promptParameter, shape: [numVirtualTokens, hiddenSize] }],
  virtualTokens: numVirtualTokens,
  enter: (_build, [prompt]) => prompt,
});
