import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { batchFeeds, gradientName, hasBeginning, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import type { Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import type { Tensor } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret, type Operand } from '../support/float64.js';
import { centralDifferences, relativeError } from '../support/numbers.js';
import { tensorflowGradients } from '../support/tensorflow.js';
import { randomWeights, tinyGpt2, tinyLlama, tinyModel, writeWeights } from '../support/tinyModels.js';

const configs: Readonly<Record<string, NonNullable<RecipeInput['method']>>> = {
  'prefix tuning': { peft_type: 'PREFIX_TUNING', num_virtual_tokens: 3 },
  'prefix tuning through a projection': {
    peft_type: 'PREFIX_TUNING',
    num_virtual_tokens: 3,
    prefix_projection: true,
    encoder_hidden_size: 4,
  },
  "prefix tuning through the paper's projection": {
    peft_type: 'PREFIX_TUNING',
    num_virtual_tokens: 2,
    prefix_projection: true,
    prefix_embedding: 'hidden_size',
    encoder_hidden_size: 3,
  },
  'P-tuning with an MLP': {
    peft_type: 'P_TUNING',
    num_virtual_tokens: 3,
    encoder_reparameterization_type: 'MLP',
    encoder_hidden_size: 5,
  },
  'P-tuning with an LSTM': {
    peft_type: 'P_TUNING',
    num_virtual_tokens: 3,
    encoder_reparameterization_type: 'LSTM',
    encoder_hidden_size: 3,
  },
};

const batches: Readonly<Record<string, readonly Sequence[]>> = {
  'texts that begin alike': [
    { ids: [5, 6, 7, 8, 9], labelRows: [3, 4] },
    { ids: [5, 6, 2], labelRows: [2] },
  ],
  'texts that begin differently': [
    { ids: [5, 6, 7, 8, 9], labelRows: [3, 4] },
    { ids: [4, 6, 2], labelRows: [0] },
  ],
};
const targets = [4, 9, 1];
/** Some of an encoder's gradients are so small that a shorter step would drown in rounding. */
const step = 1e-4;

const drawn = ({ parameters }: Method): Record<string, Tensor> => {
  const random = seededRandom('gradients');
  return Object.fromEntries(
    parameters.map(({ name, shape, draw }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => draw(random)) }];
    }),
  );
};

const models = { 'a Llama with grouped queries': tinyLlama(), 'a GPT-2': tinyGpt2() };

describe.each(Object.entries(models))('on %s', (_model, modelConfig) => {
  const model = tinyModel(modelConfig);
  const weights = randomWeights(modelConfig);
  const written = writeWeights(weights);

  describe.each(Object.entries(configs))('the gradients of %s', (_name, config) => {
    const method = methodOf(recipeSchema.shape.method.parse(config), model, false);
    const values = drawn(method);

    it.each(Object.entries(batches))(
      'are those of finite differences, of onnxruntime and of TensorFlow: %s',
      async (_batch, sequences) => {
        const graph = trainingGraph(model, method, hasBeginning(method, sequences));
        const loss = defined(graph.loss, 'a loss');
        const feeds = {
          ...batchFeeds(model, method, sequences),
          ...targetFeeds(targets, 1 / targets.length),
          ...values,
        };
        const exact = interpret(graph, feeds, weights);
        const session = await openOnnxSession(graph, await written, { provider: 'cpu', threads: 1 });
        const found = await session.run(feeds);
        await session.dispose();
        const theirs = await tensorflowGradients(loss, feeds, await written);
        for (const { name } of method.parameters) {
          const slope = defined(exact[gradientName(name)], name).data;
          const lossAt = (x: Operand): number =>
            defined(interpret({ loss }, { ...feeds, [name]: x }, weights).loss.data[0], 'a loss');
          const differences = centralDifferences(lossAt, defined(values[name], name), step);
          expect(relativeError(slope, differences), `finite differences, ${name}`).toBeLessThan(1e-6);
          expect(
            relativeError(defined(found[gradientName(name)], name).data, slope),
            `onnxruntime, ${name}`,
          ).toBeLessThan(1e-5);
          expect(relativeError(defined(theirs.gradients[name], name), slope), `TensorFlow, ${name}`).toBeLessThan(1e-4);
        }
      },
    );
  });
});
