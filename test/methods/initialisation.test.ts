import { describe, expect, it } from 'vitest';
import { initialisePrompt, type InitialisationContext } from '../../src/methods/promptInitialisation.js';
import { promptInitialisations } from '../../src/protocol/recipe.js';
import { expectRejection } from '../data/expectError.js';

/** Every third token has no letters, every fifth is special; row i of E is [i, −i]. */
const vocabularySize = 60;
const isWord = (id: number): boolean => id % 3 !== 0 && id % 5 !== 0;
const context: InitialisationContext = {
  numVirtualTokens: 4,
  hiddenSize: 2,
  vocabularySize,
  seed: 1,
  labelWords: ['7 8', '11'],
  text: '2 3 4',
  encode: (text) => text.split(' ').map(Number),
  bos: 0,
  tokenText: (id) => (id % 5 === 0 ? undefined : id % 3 === 0 ? ` ${id}!` : ` word${id}`),
  embeddingRows: (ids) => Promise.resolve(ids.map((id) => Float32Array.of(id, -id))),
  savedPrompt: () => Promise.resolve({ shape: [4, 2], data: Float32Array.of(8, 7, 6, 5, 4, 3, 2, 1) }),
};
const changed = (changes: Partial<InitialisationContext>): InitialisationContext => ({ ...context, ...changes });

/** The tokens that rows of E stand for. */
async function tokens(...args: Parameters<typeof initialisePrompt>): Promise<number[]> {
  const data = await initialisePrompt(...args);
  const ids = [...data].filter((_, i) => i % 2 === 0);
  expect([...data]).toEqual(ids.flatMap((id) => [id, -id]));
  return ids;
}

describe.each(promptInitialisations)('the initialisation %s', (name) => {
  it('gives P · hidden numbers, the same for the same seed', async () => {
    const first = await initialisePrompt(name, context);
    expect(first).toHaveLength(8);
    expect(await initialisePrompt(name, context)).toEqual(first);
  });

  it('depends on the seed where it draws', async () => {
    const draws = !['text', 'TEXT', 'file'].includes(name);
    const [one, two] = [await initialisePrompt(name, context), await initialisePrompt(name, changed({ seed: 2 }))];
    expect([...one].join() !== [...two].join()).toBe(draws);
  });
});

describe('random', () => {
  it('is uniform in [−0.5, 0.5)', async () => {
    const data = await initialisePrompt('random', changed({ numVirtualTokens: 100, hiddenSize: 100 }));
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    const variance = data.reduce((sum, x) => sum + x * x, 0) / data.length;
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.max(...data)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(variance).toBeCloseTo(1 / 12, 2);
  });
});

describe('RANDOM', () => {
  it("is normal with mean 0 and variance 1, as PEFT's embeddings begin", async () => {
    const data = await initialisePrompt('RANDOM', changed({ numVirtualTokens: 100, hiddenSize: 100 }));
    const moment = (power: number): number => data.reduce((sum, x) => sum + x ** power, 0) / data.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.05);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.08);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.5);
  });
});

describe('vocab', () => {
  it('takes different words, neither special tokens nor tokens without letters', async () => {
    const ids = await tokens('vocab', changed({ numVirtualTokens: 30 }));
    expect(ids.every(isWord)).toBe(true);
    expect(new Set(ids).size).toBe(30);
  });

  it('repeats words only where the vocabulary has too few', async () => {
    const ids = await tokens('vocab', changed({ numVirtualTokens: 6, vocabularySize: 5 }));
    expect(new Set(ids)).toEqual(new Set([1, 2, 4]));
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
  });

  it('draws from the first 5,000 words', async () => {
    const ids = await tokens(
      'vocab',
      changed({ numVirtualTokens: 5000, vocabularySize: 9000, tokenText: (id) => (id < 1000 ? '.' : 'a') }),
    );
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, i) => 1000 + i));
  });

  it('is refused for a vocabulary without words', async () => {
    await expectRejection(initialisePrompt('vocab', changed({ tokenText: () => '42' })), 'run.noWords', {
      vocabulary: vocabularySize,
    });
  });
});

describe('SAMPLE_VOCAB', () => {
  it('takes any tokens, as PEFT does', async () => {
    const ids = await tokens('SAMPLE_VOCAB', changed({ numVirtualTokens: 2000 }));
    expect(new Set(ids).size).toBe(vocabularySize);
    expect([Math.min(...ids), Math.max(...ids)]).toEqual([0, vocabularySize - 1]);
  });
});

describe('class-labels', () => {
  it("begins with each label's mean row, then takes words", async () => {
    const ids = await tokens('class-labels', context);
    expect(ids.slice(0, 2)).toEqual([7.5, 11]);
    expect(ids.slice(2).every(isWord)).toBe(true);
  });

  it('keeps the first labels where there are more than virtual tokens', async () => {
    expect(await tokens('class-labels', changed({ numVirtualTokens: 1 }))).toEqual([7.5]);
  });
});

describe('text', () => {
  it('repeats the text to P, or cuts it', async () => {
    expect(await tokens('text', context)).toEqual([2, 3, 4, 2]);
    expect(await tokens('text', changed({ numVirtualTokens: 2 }))).toEqual([2, 3]);
  });
});

describe('TEXT', () => {
  it("puts the tokenizer's own beginning in front, as PEFT does", async () => {
    expect(await tokens('TEXT', changed({ numVirtualTokens: 6 }))).toEqual([0, 2, 3, 4, 0, 2]);
    expect(await tokens('TEXT', changed({ bos: undefined }))).toEqual([2, 3, 4, 2]);
  });
});

describe('file', () => {
  it('takes the saved vectors', async () => {
    expect([...(await initialisePrompt('file', context))]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('is refused where the saved prompt has another length or width', async () => {
    await expectRejection(initialisePrompt('file', changed({ numVirtualTokens: 5 })), 'run.initShape', {
      found: '[4, 2]',
      expected: '[5, 2]',
    });
    await expectRejection(initialisePrompt('file', changed({ hiddenSize: 1 })), 'run.initShape', {
      found: '[4, 2]',
      expected: '[4, 1]',
    });
  });
});
