import { describe, expect, it } from 'vitest';
import {
  batchFeeds,
  gradientName,
  hasBeginning,
  logitsGraph,
  targetFeeds,
  trainingGraph,
} from '../../src/methods/causalGraph.js';
import { direct, noMethod, promptEmbeddings, several, type Method } from '../../src/methods/method.js';
import { keysAndValuesFeeds, keysAndValuesGraph } from '../../src/methods/prefixBlocks.js';
import { sharedBeginning } from '../../src/models/packBatch.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import { virtualToken } from '../../src/protocol/dataset.js';
import { seededRandom } from '../../src/common/random.js';
import { defined } from '../../src/common/assert.js';
import { interpret, type Operand } from '../support/float64.js';
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
  const methods = {
    front: direct('front', numVirtualTokens, model.hiddenSize),
    anywhere: direct('anywhere', numVirtualTokens, model.hiddenSize),
  };
  const random = seededRandom('entries');
  const shape = [numVirtualTokens, model.hiddenSize];
  const prompt = {
    shape,
    data: Float64Array.from({ length: numVirtualTokens * model.hiddenSize }, () => random.normal()),
  };
  const run = (
    sequences: readonly Sequence[],
    entry: keyof typeof methods,
    vectors = prompt,
  ): { loss: number; gradient: Float64Array } => {
    const method = methods[entry];
    const feeds = {
      ...batchFeeds(model, method, sequences),
      ...targetFeeds(targets, 0.2),
      [promptEmbeddings]: vectors,
    };
    const result = interpret(trainingGraph(model, method), feeds, weights);
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

const logitsOf = (
  model: ReturnType<typeof tinyModel>,
  method: Method,
  sequences: readonly Sequence[],
  weights: ReturnType<typeof randomWeights>,
  embeddings?: Operand,
): Float64Array => {
  const beginning = hasBeginning(method, sequences);
  const feeds = {
    ...batchFeeds(model, method, sequences),
    ...(embeddings && { [promptEmbeddings]: embeddings }),
  };
  return defined(interpret(logitsGraph(model, method, beginning), feeds, weights).logits, 'logits').data;
};

describe.each(Object.entries({ Llama: tinyLlama(), 'GPT-2': tinyGpt2() }))(
  'several prompts in one batch of %s',
  (_, config) => {
    const model = tinyModel(config);
    const weights = randomWeights(config);
    const random = seededRandom('several');
    const size = numVirtualTokens * model.hiddenSize;
    const prompts = Float64Array.from({ length: 3 * size }, () => random.normal());
    const method = several(3, numVirtualTokens, model.hiddenSize);
    const texts = [
      { ids: [5, 6, 7, 8, 9], prompt: 2 },
      { ids: [5, 6, 2], prompt: 0 },
      { ids: [4, 1], prompt: 2 },
      { ids: [5, 6, 7, 8, 9], prompt: 1 },
    ];
    const sequences = texts.map(({ ids, prompt }) => ({
      ids: [...virtual, ...ids],
      labelRows: [numVirtualTokens + ids.length - 1],
      prompt,
    }));
    const shape = [3, numVirtualTokens, model.hiddenSize];

    it('gives each example what its own prompt gives it', () => {
      const together = logitsOf(model, method, sequences, weights, { shape, data: prompts });
      const alone = texts.flatMap(({ ids, prompt }) => [
        ...logitsOf(
          model,
          direct('front', numVirtualTokens, model.hiddenSize),
          [{ ids, labelRows: [ids.length - 1] }],
          weights,
          { shape: [numVirtualTokens, model.hiddenSize], data: prompts.slice(prompt * size, (prompt + 1) * size) },
        ),
      ]);
      expect(relativeError(together, alone)).toBeLessThan(1e-12);
    });

    it('has the gradient of finite differences for every prompt', () => {
      const graph = trainingGraph(model, method);
      const feeds = {
        ...batchFeeds(model, method, sequences),
        ...targetFeeds([4, 9, 1, 7], 0.25),
      };
      const at = (data: Operand['data']) =>
        interpret(graph, { ...feeds, [promptEmbeddings]: { shape, data } }, weights);
      const differences = centralDifferences((x) => defined(at(x.data).loss?.data[0], 'loss'), {
        shape,
        data: prompts,
      });
      const found = defined(at(prompts)[gradientName(promptEmbeddings)], 'a gradient').data;
      expect(relativeError(found, differences)).toBeLessThan(1e-6);
    });
  },
);

describe.each(Object.entries({ Llama: tinyLlama(), 'GPT-2': tinyGpt2() }))(
  'keys and values in front of %s',
  (_, config) => {
    const model = tinyModel(config);
    const weights = randomWeights(config);
    const words = [3, 11, 7, 2];

    it.each(Object.entries(batches))('that the model made of words do what the words do: %s', (_name, sequences) => {
      const made = interpret(keysAndValuesGraph(model, 'ids'), keysAndValuesFeeds(model, { ids: words }), weights);
      const prefix = defined(made[promptEmbeddings], 'a prefix');
      const method = direct('keysAndValues', words.length, defined(prefix.shape[1], 'a width'));
      const read = sequences.map(({ ids, labelRows }) => ({
        ids: [...words, ...ids],
        labelRows: labelRows.map((row) => row + words.length),
      }));
      expect(
        relativeError(logitsOf(model, method, sequences, weights, prefix), logitsOf(model, noMethod, read, weights)),
      ).toBeLessThan(1e-12);
    });

    it('are the same for the same vectors, whether these came from ids or not', () => {
      const name = config.architecture === 'llama' ? 'model.embed_tokens.weight' : 'transformer.wte.weight';
      const { data } = defined(weights[name], name);
      const { hiddenSize } = model;
      const vectors = Float32Array.from(
        words.flatMap((id) => [...data.subarray(id * hiddenSize, (id + 1) * hiddenSize)]),
      );
      const [ofIds, ofVectors] = [
        interpret(keysAndValuesGraph(model, 'ids'), keysAndValuesFeeds(model, { ids: words }), weights),
        interpret(keysAndValuesGraph(model, 'vectors'), keysAndValuesFeeds(model, { vectors }), weights),
      ].map((made) => defined(made[promptEmbeddings], 'a prefix').data);
      expect(relativeError(defined(ofVectors, 'a prefix'), defined(ofIds, 'a prefix'))).toBeLessThan(1e-12);
    });
  },
);

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
