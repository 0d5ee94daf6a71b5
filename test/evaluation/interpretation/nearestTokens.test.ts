import { describe, expect, it } from 'vitest';
import { nearestTokens } from '../../../src/evaluation/interpretation/nearestTokens.js';

const words = ['east', 'north', 'northeast', 'far east', 'nothing', '<special>'];
const table = Float32Array.of(1, 0, 0, 1, 1, 1, 20, 0, 0, 0, -3, 0);
const textOf = (id: number): string | undefined => (id === 5 ? undefined : words[id]);
const near = (prompt: number[], k: number) =>
  nearestTokens(Float32Array.from(prompt), [table.subarray(0, 6), table.subarray(6)], 2, k, textOf);

describe('nearestTokens', () => {
  it('orders tokens by the cosine, whatever the lengths; the first of equal ones first', async () => {
    const [first] = await near([5, 0], 4);
    expect(first?.nearest.map(({ token, id }) => [token, id])).toEqual([
      ['east', 0],
      ['far east', 3],
      ['northeast', 2],
      ['north', 1],
    ]);
    const expected = [1, 1, Math.SQRT1_2, 0];
    first?.nearest.forEach(({ similarity }, i) => expect(similarity).toBeCloseTo(expected[i] ?? NaN, 6));
  });

  it('gives every virtual token its own k', async () => {
    const found = await near([0, 0.1, 3, 3, -1, -0.5], 1);
    expect(found.map(({ position, nearest }) => [position, nearest.map(({ token }) => token)])).toEqual([
      [0, ['north']],
      [1, ['northeast']],
      [2, ['north']],
    ]);
    expect(found[2]?.nearest[0]?.similarity).toBeCloseTo(-0.5 / Math.hypot(1, 0.5), 6);
  });

  it('leaves out tokens without a text or without a direction, and so may give fewer than k', async () => {
    const [found] = await near([-1, 0], 10);
    expect(found?.nearest.map(({ token }) => token).sort()).toEqual(['east', 'far east', 'north', 'northeast']);
  });

  it('finds similarities of 0 for a virtual token of zeros', async () => {
    expect((await near([0, 0], 2))[0]?.nearest.map(({ similarity }) => similarity)).toEqual([0, 0]);
  });
});
