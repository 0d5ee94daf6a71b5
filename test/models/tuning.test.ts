import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { batchFeeds, gradientName, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { modelTuning } from '../../src/methods/modelTuning.js';
import type { ModelConfig } from '../../src/models/modelConfig.js';
import { expectWeights } from '../../src/models/weightNames.js';
import type { Feeds } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret, type Operand } from '../support/float64.js';
import { relativeError } from '../support/numbers.js';
import { tensorflowGradients } from '../support/tensorflow.js';
import { randomWeights, tinyGpt2, tinyLlama, tinyModel } from '../support/tinyModels.js';

const configs: Readonly<Record<string, ModelConfig>> = {
  'a Llama': tinyLlama(),
  'a Llama with all biases, gelu and an output matrix of its own': tinyLlama({
    activation: 'gelu',
    tieWordEmbeddings: false,
    attentionBias: { qkv: true, output: true },
    mlpBias: true,
  }),
  'a GPT-2': tinyGpt2(),
  'a GPT-2 with an output matrix of its own': tinyGpt2({ tieWordEmbeddings: false }),
};

/** Of three sequences, one of which says a token twice. */
const sequences = [
  { ids: [3, 7, 3, 11, 2], labelRows: [2, 3, 4] },
  { ids: [5, 1], labelRows: [1] },
  { ids: [7, 8, 28, 0, 3, 4], labelRows: [0, 5] },
];
const targets = [4, 11, 28, 0, 9, 3];

const nowhere = { folder: '/', tensors: new Map() };

describe.each(Object.entries(configs))('the gradients of all weights of %s', (name, config) => {
  const model = tinyModel(config);
  const method = modelTuning(model);
  const graph = trainingGraph(model, method);
  const weights = randomWeights(config);
  const floats = Object.fromEntries(
    Object.entries(weights).map(([weight, { data, shape }]) => [weight, { data: Float32Array.from(data), shape }]),
  );
  const feeds: Feeds = {
    ...batchFeeds(model, method, sequences),
    ...targetFeeds(targets, 1 / targets.length),
    ...floats,
  };
  const exact = interpret(graph, feeds);
  const gradientOf = (weight: string): Float64Array => defined(exact[gradientName(weight)], weight).data;

  it('are of every weight that its files have', () => {
    expect(new Map(method.parameters.map(({ name: weight, shape }) => [weight, shape]))).toEqual(expectWeights(config));
    expect(method.virtualTokens).toBe(0);
  });

  it('are those of finite differences, along a random direction and in single numbers', () => {
    const loss = { loss: defined(graph.loss, 'a loss') };
    const lossAt = (changed: Readonly<Record<string, Operand>>): number =>
      defined(interpret(loss, { ...feeds, ...changed } as Feeds).loss.data[0], 'a loss');
    const random = seededRandom('direction', name);
    for (const { name: weight } of method.parameters) {
      const { data, shape } = defined(floats[weight], weight);
      const slope = gradientOf(weight);
      const along = (direction: Float64Array): { found: number; expected: number } => {
        const at = (step: number): number =>
          lossAt({ [weight]: { data: Float64Array.from(data, (x, i) => x + step * (direction[i] ?? 0)), shape } });
        return {
          found: direction.reduce((sum, x, i) => sum + x * (slope[i] ?? 0), 0),
          expected: (at(1e-5) - at(-1e-5)) / 2e-5,
        };
      };
      const anywhere = along(Float64Array.from(data, () => random.normal()));
      expect(Math.abs(anywhere.found - anywhere.expected), weight).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(anywhere.expected)),
      );
      const one = new Float64Array(data.length);
      one[random.integer(data.length)] = 1;
      const single = along(one);
      expect(Math.abs(single.found - single.expected), weight).toBeLessThan(
        1e-7 * Math.max(1, Math.abs(single.expected)),
      );
    }
  });

  it('are those of onnxruntime and of TensorFlow', async () => {
    const session = await openOnnxSession(graph, nowhere, { provider: 'cpu', threads: 2 });
    const found = await session.run(feeds);
    const again = await session.run(feeds);
    await session.dispose();
    expect(again).toEqual(found);
    const theirs = await tensorflowGradients(defined(graph.loss, 'a loss'), feeds, nowhere);
    for (const { name: weight } of method.parameters) {
      const expected = gradientOf(weight);
      // What is left of a gradient of nothing, such as that of keys' biases, is rounding.
      if (Math.max(...expected.map(Math.abs)) < 1e-9) continue;
      expect(relativeError(defined(found[gradientName(weight)], weight).data, expected), weight).toBeLessThan(1e-5);
      expect(relativeError(defined(theirs.gradients[weight], weight), expected), weight).toBeLessThan(1e-4);
    }
  });
});
