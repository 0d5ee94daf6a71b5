import { describe, expect, it } from 'vitest';
import { batchFeeds, gradientName, targetFeeds, trainingGraph, type Entry } from '../../src/methods/causalGraph.js';
import { virtualToken } from '../../src/methods/placedRows.js';
import { direct, promptEmbeddings } from '../../src/methods/method.js';
import { sharedBeginning, type Sequence } from '../../src/models/rowLayout.js';
import { seededRandom } from '../../src/common/random.js';
import { defined } from '../../src/common/assert.js';
import { interpret } from '../support/float64.js';
import { centralDifferences, relativeError } from '../support/numbers.js';
import { randomWeights, tinyGpt2, tinyLlama, tinyModel } from '../support/tinyModels.js';

/** The same batch with the prompt in front, shared by all, and with a copy of it in every sequence. */
const numVirtualTokens = 3;
const virtual = Array.from({ length: numVirtualTokens }, (_, j) => virtualToken(j));
const targets = [4, 9, 1, 7, 2];

const batches: Readonly<Record<string, readonly Sequence[]>> = {
  'texts that begin alike': [
    { ids: [5, 6, 7, 8, 9], labelRows: [3, 4] },
    { ids: [5, 6, 2], labelRows: [2] },
    { ids: [5, 6, 7, 1], labelRows: [2, 3] },
  ],
  'texts that begin differently': [
    { ids: [5, 6, 7, 8, 9], labelRows: [3, 4] },
    { ids: [4, 6, 2], labelRows: [2] },
    { ids: [5, 6, 7, 1], labelRows: [2, 3] },
  ],
  'one text': [{ ids: [5, 6, 7, 8, 9, 3], labelRows: [1, 2, 3, 4, 5] }],
};

describe.each(Object.entries({ Llama: tinyLlama(), 'GPT-2': tinyGpt2() }))('the prompt of %s', (_, config) => {
  const model = tinyModel(config);
  const weights = randomWeights(config);
  const method = direct('front', numVirtualTokens, model.hiddenSize);
  const random = seededRandom('entries');
  const shape = [numVirtualTokens, model.hiddenSize];
  const prompt = {
    shape,
    data: Float64Array.from({ length: numVirtualTokens * model.hiddenSize }, () => random.normal()),
  };
  const run = (
    sequences: readonly Sequence[],
    entry: Entry,
    vectors = prompt,
  ): { loss: number; gradient: Float64Array } => {
    const feeds = {
      ...batchFeeds(model, method, sequences, { branching: false, entry }),
      ...targetFeeds(targets, 0.2),
      [promptEmbeddings]: vectors,
    };
    const result = interpret(trainingGraph(model, method, entry), feeds, weights);
    return {
      loss: defined(defined(result.loss, 'loss').data[0], 'loss'),
      gradient: Float64Array.from(defined(result[gradientName(promptEmbeddings)], 'gradient').data),
    };
  };
  const withPrompt = (sequences: readonly Sequence[]): Sequence[] =>
    sequences.map(({ ids, labelRows }) => ({
      ids: [...virtual, ...ids],
      labelRows: labelRows.map((row) => row + numVirtualTokens),
    }));

  it.each(Object.entries(batches))(
    'has the same loss and gradient in front and in every sequence: %s',
    (_name, sequences) => {
      const [front, placed] = [run(sequences, 'front'), run(withPrompt(sequences), 'anywhere')];
      expect(Math.abs(front.loss - placed.loss)).toBeLessThan(1e-12 * Math.abs(placed.loss));
      expect(relativeError(front.gradient, placed.gradient)).toBeLessThan(1e-12);
    },
  );

  it('has the gradient of finite differences where virtual tokens stand in the middle, some of them unused', () => {
    const sequences = [
      { ids: [5, virtualToken(1), 6, virtualToken(0), 7], labelRows: [2, 4] },
      { ids: [virtualToken(2), 3, virtualToken(1), 8, 2], labelRows: [1, 3, 4] },
    ];
    const { gradient } = run(sequences, 'anywhere');
    const differences = centralDifferences(
      (x) => run(sequences, 'anywhere', { shape, data: Float64Array.from(x.data) }).loss,
      prompt,
    );
    expect(relativeError(gradient, differences)).toBeLessThan(1e-6);
  });
});

describe('sharedBeginning', () => {
  it('ends before the first label row, the first branch and the last token', () => {
    const ids = [1, 2, 3, 4];
    expect(
      sharedBeginning([
        { ids, labelRows: [3] },
        { ids: [1, 2, 9, 4], labelRows: [3] },
      ]),
    ).toBe(2);
    expect(
      sharedBeginning([
        { ids, labelRows: [1] },
        { ids, labelRows: [3] },
      ]),
    ).toBe(1);
    expect(sharedBeginning([{ ids, labelRows: [3], branches: [2, 3] }])).toBe(2);
    expect(
      sharedBeginning([
        { ids: [1], labelRows: [0] },
        { ids: [1, 2], labelRows: [1] },
      ]),
    ).toBe(0);
  });
});
