import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { initialise, type InitialisationContext, type SavedStart } from '../../src/methods/initialisation.js';
import {
  direct,
  embeddingsGraph,
  featuresGraph,
  parameterFeeds,
  promptEmbeddings,
  trainableCount,
  type Method,
} from '../../src/methods/method.js';
import { promptTuning as promptTuningMethod } from '../../src/methods/promptTuning.js';
import { methodOf } from '../../src/methods/methodOf.js';
import {
  initialisationsOf,
  recipeSchema,
  type PromptInitialisation,
  type RecipeInput,
} from '../../src/protocol/recipe.js';
import type { FloatTensor } from '../../src/store/safetensors.js';
import { interpret } from '../support/float64.js';
import { relativeError } from '../support/numbers.js';
import { tinyLlama, tinyModel } from '../support/tinyModels.js';
import { expectRejection } from '../data/expectError.js';

/** Every third token has no letters, every fifth is special; row i of E is [i, −i]. */
const vocabularySize = 60;
const isWord = (id: number): boolean => id % 3 !== 0 && id % 5 !== 0;
const context: InitialisationContext = {
  hiddenSize: 2,
  vocabularySize,
  seed: 1,
  labelWords: ['7 8', '11'],
  text: '2 3 4',
  encode: (text) => text.split(' ').map(Number),
  bos: 0,
  tokenText: (id) => (id % 5 === 0 ? undefined : id % 3 === 0 ? ` ${id}!` : ` word${id}`),
  embeddingRows: (ids) => Promise.resolve(ids.map((id) => Float32Array.of(id, -id))),
  taskText: 'unused',
  keysAndValues: () => Promise.reject(new Error('no keys and values here')),
  features: () => Promise.reject(new Error('no encoder here')),
  savedPrompt: () =>
    Promise.resolve({ kind: 'inputVectors', shape: [4, 2], data: Float32Array.of(8, 7, 6, 5, 4, 3, 2, 1) }),
};
const changed = (changes: Partial<InitialisationContext>): InitialisationContext => ({ ...context, ...changes });

const promptTuning = (name: PromptInitialisation, numVirtualTokens: number, hiddenSize: number): Method =>
  promptTuningMethod(
    { peft_type: 'PROMPT_TUNING', num_virtual_tokens: numVirtualTokens, prompt_tuning_init: promptTuningName(name) },
    { model: { ...tinyModel(tinyLlama()), hiddenSize }, placed: false },
  );
const promptTuningName = z.enum(initialisationsOf.PROMPT_TUNING).parse;

/** The vectors that P virtual tokens begin from. */
async function vectors(name: PromptInitialisation, from: InitialisationContext, count = 4): Promise<Float32Array> {
  const method = promptTuning(name, count, from.hiddenSize);
  return defined((await initialise(method, name, from)).get(promptEmbeddings), promptEmbeddings);
}

/** The tokens that rows of E stand for. */
async function tokens(...args: Parameters<typeof vectors>): Promise<number[]> {
  const data = await vectors(...args);
  const ids = [...data].filter((_, i) => i % 2 === 0);
  expect([...data]).toEqual(ids.flatMap((id) => [id, -id]));
  return ids;
}

describe.each(initialisationsOf.PROMPT_TUNING)('the initialisation %s', (name) => {
  it('gives P · hidden numbers, the same for the same seed', async () => {
    const first = await vectors(name, context);
    expect(first).toHaveLength(8);
    expect(await vectors(name, context)).toEqual(first);
  });

  it('depends on the seed where it draws', async () => {
    const draws = !['text', 'TEXT', 'file'].includes(name);
    const [one, two] = [await vectors(name, context), await vectors(name, changed({ seed: 2 }))];
    expect([...one].join() !== [...two].join()).toBe(draws);
  });
});

describe('random', () => {
  it('is uniform in [−0.5, 0.5)', async () => {
    const data = await vectors('random', changed({ hiddenSize: 100 }), 100);
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
    const data = await vectors('RANDOM', changed({ hiddenSize: 100 }), 100);
    const moment = (power: number): number => data.reduce((sum, x) => sum + x ** power, 0) / data.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.05);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.08);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.5);
  });
});

describe('vocab', () => {
  it('takes different words, neither special tokens nor tokens without letters', async () => {
    const ids = await tokens('vocab', context, 30);
    expect(ids.every(isWord)).toBe(true);
    expect(new Set(ids).size).toBe(30);
  });

  it('repeats words only where the vocabulary has too few', async () => {
    const ids = await tokens('vocab', changed({ vocabularySize: 5 }), 6);
    expect(new Set(ids)).toEqual(new Set([1, 2, 4]));
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
  });

  it('draws from the first 5,000 words', async () => {
    const ids = await tokens(
      'vocab',
      changed({ vocabularySize: 9000, tokenText: (id) => (id < 1000 ? '.' : 'a') }),
      5000,
    );
    expect([...ids].sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, i) => 1000 + i));
  });

  it('is refused for a vocabulary without words', async () => {
    await expectRejection(vectors('vocab', changed({ tokenText: () => '42' })), 'run.noWords', {
      vocabulary: vocabularySize,
    });
  });
});

describe('SAMPLE_VOCAB', () => {
  it('takes any tokens, as PEFT does', async () => {
    const ids = await tokens('SAMPLE_VOCAB', context, 2000);
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
    expect(await tokens('class-labels', context, 1)).toEqual([7.5]);
  });
});

describe('text', () => {
  it('repeats the text to P, or cuts it', async () => {
    expect(await tokens('text', context)).toEqual([2, 3, 4, 2]);
    expect(await tokens('text', context, 2)).toEqual([2, 3]);
  });
});

describe('TEXT', () => {
  it("puts the tokenizer's own beginning in front, as PEFT does", async () => {
    expect(await tokens('TEXT', context, 6)).toEqual([0, 2, 3, 4, 0, 2]);
    expect(await tokens('TEXT', changed({ bos: undefined }))).toEqual([2, 3, 4, 2]);
  });
});

describe('file', () => {
  it('takes the saved vectors', async () => {
    expect([...(await vectors('file', context))]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('is refused where the saved prompt has another length or width', async () => {
    await expectRejection(vectors('file', context, 5), 'run.initShape', {
      found: '[4, 2]',
      expected: '[5, 2]',
    });
    await expectRejection(vectors('file', changed({ hiddenSize: 1 })), 'run.initShape', {
      found: '[4, 2]',
      expected: '[4, 1]',
    });
  });
});

describe('activations', () => {
  const method = direct('keysAndValues', 4, 6);
  const asked: unknown[] = [];
  const from = changed({
    keysAndValues: (source) => {
      asked.push(source);
      return Promise.resolve(new Float32Array(24).fill(0.5));
    },
  });

  it('are the keys and values of the text, repeated or cut, and of the task where no text is given', async () => {
    expect((await initialise(method, 'activations', from)).get(promptEmbeddings)).toEqual(
      new Float32Array(24).fill(0.5),
    );
    await initialise(method, 'activations', { ...from, text: undefined, taskText: '9 8' });
    expect(asked).toEqual([{ ids: [2, 3, 4, 2] }, { ids: [9, 8, 9, 8] }]);
  });

  it('are made of the vectors of a saved prompt that has no keys and values', async () => {
    asked.length = 0;
    await initialise(method, 'file', from);
    expect(asked).toEqual([{ vectors: Float32Array.of(8, 7, 6, 5, 4, 3, 2, 1) }]);
  });
});

describe('a prefix', () => {
  it('is no start for input vectors', async () => {
    const saved: SavedStart = { kind: 'keysAndValues', shape: [4, 2], data: new Float32Array(8) };
    const from = changed({ savedPrompt: () => Promise.resolve(saved) });
    await expectRejection(vectors('file', from), 'run.initKind', { found: '[4, 2]' });
  });
});

const encoders: Readonly<Record<string, NonNullable<RecipeInput['method']>>> = {
  MLP: { peft_type: 'P_TUNING', encoder_hidden_size: 9 },
  LSTM: { peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 5 },
  projection: { peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 7 },
};

describe.each(Object.entries(encoders))('the encoder %s', (_, config) => {
  const model = tinyModel(tinyLlama());
  const method = methodOf(recipeSchema.shape.method.parse({ ...config, num_virtual_tokens: 4 }), model, false);
  const named = (values: ReadonlyMap<string, Float32Array>) => parameterFeeds(method, values);
  const wanted = Float32Array.from({ length: 4 * method.width }, (_value, i) => Math.sin(i));
  const saved: SavedStart = {
    kind: method.entry === 'keysAndValues' ? 'keysAndValues' : 'inputVectors',
    shape: [4, method.width],
    data: wanted,
  };
  const from = changed({
    features: (trained, values) =>
      Promise.resolve(Float32Array.from(defined(interpret(featuresGraph(trained), named(values)).features, '-').data)),
    savedPrompt: () => Promise.resolve(saved),
  });
  const made = (values: ReadonlyMap<string, Float32Array>): FloatTensor['data'] | Float64Array =>
    defined(interpret(embeddingsGraph(method), named(values))[promptEmbeddings], '-').data;

  it('begins with what is asked for', async () => {
    const values = await initialise(method, 'file', from);
    expect([...values.values()].reduce((sum, v) => sum + v.length, 0)).toBe(trainableCount(method));
    expect(relativeError(made(values), wanted)).toBeLessThan(1e-5);
  });

  it('goes on as it was where it was kept', async () => {
    const before = await initialise(method, 'random', from);
    const after = await initialise(method, 'file', {
      ...from,
      savedPrompt: () =>
        Promise.resolve({ ...saved, parameters: new Map([...before, ['other', new Float32Array(1)]]) }),
    });
    expect(after).toEqual(before);
  });

  it('whose features do not tell the virtual tokens apart is refused', async () => {
    const alike = { ...from, features: () => Promise.resolve(new Float32Array(4 * 16).fill(1)) };
    await expect(initialise(method, 'file', alike)).rejects.toMatchObject({ code: 'run.encoderTooSmall' });
  });
});
