import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/common/random.js';
import { logProbabilities, sampledToken } from '../../../src/evaluation/generation/sampling.js';

const all = { temperature: 1, topK: 0, topP: 1 };
/** Probabilities 0.5, 0.3, 0.15 and 0.05, not in order. */
const logits = Float32Array.from([0.15, 0.5, 0.05, 0.3], Math.log);

/** How often each token is drawn of 4000. */
function shares(sampling: typeof all): number[] {
  const random = seededRandom('sampling');
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const id = sampledToken(logits, sampling, random);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts.map((count) => Math.round((20 * count) / 4000) / 20);
}

describe('a drawn token', () => {
  it('has the probability that the model gives it', () => {
    expect(shares(all)).toEqual([0.15, 0.5, 0.05, 0.3]);
  });

  it('is the most likely one at temperature 0, and nearly always at a low one', () => {
    expect(shares({ ...all, temperature: 0 })).toEqual([0, 1, 0, 0]);
    expect(shares({ ...all, temperature: 0.1 })).toEqual([0, 1, 0, 0]);
  });

  it('is one of the k most likely', () => {
    const [a, b, c, d] = shares({ ...all, topK: 2 });
    expect([a, c]).toEqual([0, 0]);
    expect(b).toBeCloseTo(0.625, 1);
    expect(d).toBeCloseTo(0.375, 1);
    expect(shares({ ...all, topK: 9 })).toEqual(shares(all));
  });

  it('is one of the fewest whose probabilities sum to p, of the k most likely', () => {
    expect(shares({ ...all, topP: 0.4 })).toEqual([0, 1, 0, 0]);
    expect(shares({ ...all, topP: 0.75 })[0]).toBe(0);
    expect(shares({ ...all, topP: 0.85 })[0]).toBeGreaterThan(0);
    // Of two alone, the first has 0.625.
    expect(shares({ ...all, topK: 2, topP: 0.6 })).toEqual([0, 1, 0, 0]);
  });

  it('depends on the seed alone', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => sampledToken(logits, all, random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe('log-probabilities', () => {
  it('sum to one, however large the logits are', () => {
    const sum = logProbabilities(Float32Array.from([1000, 1001, 990])).reduce((total, x) => total + Math.exp(x), 0);
    expect(sum).toBeCloseTo(1, 12);
  });
});
