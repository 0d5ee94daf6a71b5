import { describe, it } from 'vitest';
import { batchFeeds, hasBeginning, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { methodOf } from '../../src/methods/methodOf.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import { drawnParameters, expectGradients } from '../support/gradientChecks.js';
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

const models = { 'a Llama with grouped queries': tinyLlama(), 'a GPT-2': tinyGpt2() };

describe.each(Object.entries(models))('on %s', (_model, modelConfig) => {
  const model = tinyModel(modelConfig);
  const weights = randomWeights(modelConfig);
  const written = writeWeights(weights);

  describe.each(Object.entries(configs))('the gradients of %s', (_name, config) => {
    const method = methodOf(recipeSchema.shape.method.parse(config), model, false);
    const values = drawnParameters(method, 'gradients');

    it.each(Object.entries(batches))(
      'are those of finite differences, of onnxruntime and of TensorFlow: %s',
      async (_batch, sequences) => {
        const graph = trainingGraph(model, method, hasBeginning(method, sequences));
        const feeds = {
          ...batchFeeds(model, method, sequences),
          ...targetFeeds(targets, 1 / targets.length),
          ...values,
        };
        const frozen = { weights, written: await written };
        await expectGradients(graph, values, feeds, frozen, step);
      },
    );
  });
});
