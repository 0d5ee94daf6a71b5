import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { scoreCandidates } from '../../src/evaluation/candidates.js';
import { scoringGraph } from '../../src/methods/causalGraph.js';
import { noMethod, type Method } from '../../src/methods/method.js';
import type { FloatTensor } from '../../src/store/safetensors.js';
import { largestDifference } from '../support/numbers.js';
import { adapterOf, openParityModel, removeCopies, type ParityModel, type ParityName } from './parityModels.js';

const tolerance = 1e-4;

/** Every label behind every text, all in one packed pass. */
async function scoresOf(parity: ParityModel, method: Method, vectors: Record<string, FloatTensor>) {
  const { model, golden, open } = parity;
  const { labels } = defined(golden.ranking, 'a ranking');
  const session = await open(scoringGraph(model, method));
  const examples = golden.input_ids.map((inputIds) => ({ inputIds, continuations: labels }));
  const scores = await scoreCandidates(session, model, method, vectors, examples);
  await session.dispose();
  return scores.flat();
}

afterAll(removeCopies);

const ranked: ParityName[] = ['gpt2', 'llama', 'llamaUntied', 'qwen2', 'mistralSharded'];

describe.each(ranked)('labels of one, two and three tokens, ranked by %s', (name) => {
  it("have transformers' log-probabilities", async () => {
    const parity = await openParityModel(name);
    const scores = await scoresOf(parity, noMethod, {});
    expect(largestDifference(scores, defined(parity.golden.ranking, 'a ranking').bare.flat())).toBeLessThan(tolerance);
  });

  it("have PEFT's log-probabilities with a prompt that PEFT saved", async () => {
    const parity = await openParityModel(name);
    const { method, vectors } = adapterOf(parity);
    const scores = await scoresOf(parity, method, vectors);
    const expected = defined(parity.golden.ranking, 'a ranking').adapter.flat();
    expect(largestDifference(scores, expected)).toBeLessThan(tolerance);
  });
});
