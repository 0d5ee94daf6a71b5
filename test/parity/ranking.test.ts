import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { commonBeginning } from '../../src/evaluation/candidates.js';
import { openScorer, type Member } from '../../src/evaluation/scorer.js';
import { noMethod, promptEmbeddings } from '../../src/methods/method.js';
import { largestDifference } from '../support/numbers.js';
import { adapterOf, openParityModel, removeCopies, type ParityModel, type ParityName } from './parityModels.js';

const tolerance = 1e-4;

/** Every label behind every text, the texts' common beginning computed before. */
async function scoresOf(parity: ParityModel, member: Member) {
  const { model, golden, open, weights } = parity;
  const { labels } = defined(golden.ranking, 'a ranking');
  const examples = golden.input_ids.map((inputIds) => ({ inputIds, continuations: labels }));
  const scorer = await openScorer({ engine: { open }, weights, model }, [member], commonBeginning(examples));
  const [scores] = await scorer.score(examples);
  await scorer.dispose();
  return defined(scores, 'scores').flat();
}

afterAll(removeCopies);

const ranked: ParityName[] = ['gpt2', 'llama', 'llamaUntied', 'qwen2', 'mistralSharded'];

describe.each(ranked)('labels of one, two and three tokens, ranked by %s', (name) => {
  it("have transformers' log-probabilities", async () => {
    const parity = await openParityModel(name);
    const scores = await scoresOf(parity, { method: noMethod });
    expect(largestDifference(scores, defined(parity.golden.ranking, 'a ranking').bare.flat())).toBeLessThan(tolerance);
  });

  it("have PEFT's log-probabilities with a prompt that PEFT saved", async () => {
    const parity = await openParityModel(name);
    const { method, vectors } = adapterOf(parity);
    const scores = await scoresOf(parity, { method, embeddings: defined(vectors[promptEmbeddings], 'vectors') });
    const expected = defined(parity.golden.ranking, 'a ranking').adapter.flat();
    expect(largestDifference(scores, expected)).toBeLessThan(tolerance);
  });
});
