import { afterAll, describe, expect, it } from 'vitest';

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
