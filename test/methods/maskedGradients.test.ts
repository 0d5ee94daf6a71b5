import { describe, it } from 'vitest';
import { targetFeeds } from '../../src/methods/causalGraph.js';
import { classTargetFeeds, maskedFeeds, maskedText, maskedTrainingGraph } from '../../src/methods/maskedGraph.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { bertModel } from '../../src/models/bert/bert.js';
import { answerPlace } from '../../src/protocol/dataset.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import { drawnParameters, expectGradients } from '../support/gradientChecks.js';
import { randomWeights, tinyBert, writeWeights } from '../support/tinyModels.js';

const configs: Readonly<Record<string, NonNullable<RecipeInput['method']>>> = {
  'prompt tuning': { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 3 },
  'P-tuning with an MLP': { peft_type: 'P_TUNING', num_virtual_tokens: 3, encoder_hidden_size: 4 },
  'P-tuning with an LSTM': {
    peft_type: 'P_TUNING',
    num_virtual_tokens: 3,
    encoder_reparameterization_type: 'LSTM',
    encoder_hidden_size: 3,
  },
  WARP: { peft_type: 'WARP', num_virtual_tokens: 3 },
};
const step = 1e-4;
const classes = 2;
const slot = answerPlace(3);
const places: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'in front': [
    [5, slot, 7, 8],
    [4, 6, slot],
  ],
  'around the mask': [
    [5, -1, -2, slot, -3, 8],
    [-1, 4, -2, slot, 9, -3],
  ],
};

describe.each(Object.entries(configs))('the gradients of %s at masks', (_name, config) => {
  const modelConfig = tinyBert({ hiddenSize: 8, headDim: 4, innerSize: 10 });
  const model = bertModel(modelConfig);
  const weights = randomWeights(modelConfig);
  const written = writeWeights(weights);

  it.each(Object.entries(places))(
    'are those of finite differences, of onnxruntime and of TensorFlow, virtual tokens %s',
    async (where, texts) => {
      const method = methodOf(recipeSchema.shape.method.parse(config), model, where !== 'in front', classes);
      const values = drawnParameters(method, 'gradients');
      const byWords = method.classes === undefined;
      const graph = maskedTrainingGraph(model, method);
      const feeds = {
        ...maskedFeeds(
          model,
          method,
          // Of words the first answer has two tokens.
          texts.map((ids, i) => maskedText(ids, byWords && i === 0 ? 2 : 1)),
        ),
        ...(byWords ? targetFeeds([4, 9, 1], 1 / 3) : classTargetFeeds([1, 0], classes, 1 / 2)),
        ...values,
      };
      await expectGradients(graph, values, feeds, { weights, written: await written }, step);
    },
  );
});
