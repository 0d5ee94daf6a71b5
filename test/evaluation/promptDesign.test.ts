import { describe, expect, it } from 'vitest';
import type { TokenizeOptions } from '../../src/data/tokenize.js';
import { chooseExamples, designPrompt } from '../../src/evaluation/promptDesign.js';
import type { Example } from '../../src/protocol/dataset.js';

const train = Array.from({ length: 30 }, (_, i): Example => {
  const label = i < 24 ? 0 : i < 28 ? 1 : 2;
  return { input: `text ${i}`, target: ['no', 'yes', 'maybe'][label] ?? '', label, file: 'train.csv', line: i + 2 };
});
/** A token a code point. */
const tokenize: TokenizeOptions = {
  encode: (text) => [...text].map((c) => c.codePointAt(0) ?? 0),
  bos: 0,
  targetPrefix: ' ',
  maxLength: 100,
};

describe('the examples of a prompt design', () => {
  it('have each label as often as the others, however rare it is', () => {
    const labels = chooseExamples(train, 6, 1).map(({ label }) => label ?? -1);
    expect(labels.sort()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(new Set(chooseExamples(train, 7, 1).map(({ input }) => input)).size).toBe(7);
  });

  it('are the same for the same seed, and others for another', () => {
    const inputs = (seed: number): string[] => chooseExamples(train, 6, seed).map(({ input }) => input);
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(2)).not.toEqual(inputs(1));
  });

  it('are all there are where more are asked for', () => {
    expect(chooseExamples(train, 99, 1)).toHaveLength(30);
    expect(chooseExamples([], 4, 1)).toEqual([]);
  });
});

describe('designPrompt', () => {
  it('puts the instruction and the examples in front, a blank line after each', () => {
    const {
      text,
      beginning,
      count,
      tokenize: behind,
    } = designPrompt(train.slice(0, 1), { instruction: 'Answer.', count: 1, seed: 0 }, tokenize, 100);
    expect(text).toBe('Answer.\n\ntext 0 no\n\n');
    expect(beginning).toEqual([0, ...tokenize.encode(text)]);
    expect(count).toBe(1);
    expect(behind).not.toHaveProperty('bos');
  });

  it('is the instruction alone where no example is asked for', () => {
    expect(designPrompt([], { instruction: 'Answer.', count: 0, seed: 0 }, tokenize, 100)).toMatchObject({
      text: 'Answer.\n\n',
      count: 0,
    });
  });

  it('leaves out what does not fit', () => {
    const { count, beginning } = designPrompt(train, { count: 8, seed: 0 }, tokenize, 50);
    expect(count).toBe(3);
    expect(beginning.length).toBeLessThanOrEqual(50);
  });
});
