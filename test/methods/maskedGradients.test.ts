import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { seededRandom } from '../../src/common/random.js';
import { gradientName, targetFeeds } from '../../src/methods/causalGraph.js';
import { classTargetFeeds, maskedFeeds, maskedText, maskedTrainingGraph } from '../../src/methods/maskedGraph.js';
import type { Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { bertModel } from '../../src/models/bert/bert.js';
import { answerPlace } from '../../src/protocol/dataset.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import type { Tensor } from '../../src/runtime/executor.js';
import { openOnnxSession } from '../../src/runtime/onnx/session.js';
import { interpret, type Operand } from '../support/float64.js';
import { centralDifferences, relativeError } from '../support/numbers.js';
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

const drawn = ({ parameters }: Method): Record<string, Tensor> => {
  const random = seededRandom('gradients');
  return Object.fromEntries(
    parameters.map(({ name, shape, draw }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: Float32Array.from({ length }, () => draw(random)) }];
    }),
  );
};

describe.each(Object.entries(configs))('the gradients of %s at masks', (_name, config) => {
  const modelConfig = tinyBert({ hiddenSize: 8, headDim: 4, innerSize: 10 });
  const model = bertModel(modelConfig);
  const weights = randomWeights(modelConfig);
  const written = writeWeights(weights);

  it.each(Object.entries(places))(
    'are those of finite differences and of onnxruntime, virtual tokens %s',
    async (where, texts) => {
      const method = methodOf(recipeSchema.shape.method.parse(config), model, where !== 'in front', classes);
      const values = drawn(method);
      const byWords = method.classes === undefined;
      const graph = maskedTrainingGraph(model, method);
      const loss = defined(graph.loss, 'a loss');
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
      const exact = interpret(graph, feeds, weights);
      const session = await openOnnxSession(graph, await written, { provider: 'cpu', threads: 1 });
      const found = await session.run(feeds);
      await session.dispose();
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
      }
    },
  );
});
