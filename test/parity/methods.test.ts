import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { embeddingsGraph, kept, promptEmbeddings, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { keysAndValuesFeeds, keysAndValuesGraph } from '../../src/methods/prefixBlocks.js';
import { recipeSchema, type MethodConfig } from '../../src/protocol/recipe.js';
import { everyPosition, logitsOf } from '../support/logitsOf.js';
import { largestDifference, relativeError } from '../support/numbers.js';
import { methodGoldenNames, openMethodGolden, type MethodCase } from './methodGoldens.js';
import { openParityModel, removeCopies, type ParityModel } from './parityModels.js';
import { copied, trainAsReferee } from '../support/trainAsReferee.js';

const tolerance = 2e-5;
const caseNames = ['prefix', 'prefixProjection', 'pTuningMlp', 'pTuningLstm'] as const;

/** What PEFT calls `embedding.weight` is what is kept, where there is no encoder. */
const ours = (method: Method, tensors: MethodCase['initial']): MethodCase['initial'] =>
  method.encoder ? tensors : new Map([[promptEmbeddings, defined(tensors.get('embedding.weight'), 'a tensor')]]);

function methodOfCase({ config }: MethodCase, { model }: ParityModel): Method {
  const parsed: MethodConfig = recipeSchema.shape.method.parse(config);
  return methodOf(parsed, model, false);
}

afterAll(removeCopies);

describe.each(methodGoldenNames)('on %s', (name) => {
  it.each(caseNames)(
    "%s begins with PEFT's gradients, shows PEFT's losses and ends with PEFT's prompt",
    async (which) => {
      const parity = await openParityModel(name);
      const golden = await openMethodGolden(name);
      const expected = defined(
        golden.cases.find((c) => c.name === which),
        which,
      );
      const method = methodOfCase(expected, parity);
      expect(expected.losses).toHaveLength(20);
      const values = copied(ours(method, expected.initial));
      const gradientsOfPeft = ours(method, expected.gradients);
      expect([...values.keys()].sort()).toEqual(method.parameters.map((p) => p.name).sort());
      const steps = trainAsReferee({
        model: parity.model,
        method,
        values,
        batches: parity.golden.batches,
        optimizer: 'adamw',
        learningRate: golden.learningRate,
        steps: expected.losses.length,
        open: parity.open,
      });
      let step = 0;
      for await (const { loss, gradients } of steps) {
        if (step === 0)
          for (const [parameter, { data }] of gradientsOfPeft)
            expect(relativeError(defined(gradients.get(parameter), parameter), data), parameter).toBeLessThan(
              tolerance,
            );
        const reference = defined(expected.losses[step++], 'a loss');
        expect(Math.abs(loss / reference - 1), `step ${step}`).toBeLessThan(tolerance);
      }
      const session = await parity.open(embeddingsGraph(method));
      const made = defined((await session.run(Object.fromEntries(values)))[promptEmbeddings], promptEmbeddings);
      await session.dispose();
      expect(made.shape).toEqual(expected.promptEmbeddings.shape);
      expect(relativeError(made.data, expected.promptEmbeddings.data)).toBeLessThan(1e-3);
    },
  );

  it.each(caseNames)("%s has PEFT's logits with the prompt that PEFT saved", async (which) => {
    const parity = await openParityModel(name);
    const { cases } = await openMethodGolden(name);
    const expected = defined(
      cases.find((c) => c.name === which),
      which,
    );
    const found = await logitsOf(
      parity,
      kept(methodOfCase(expected, parity)),
      { [promptEmbeddings]: expected.promptEmbeddings },
      parity.golden.input_ids.map((ids) => everyPosition(ids)),
    );
    expect(
      largestDifference(
        found,
        expected.logits.flatMap(({ data }) => [...data]),
      ),
    ).toBeLessThan(1e-4);
  });

  it("makes PEFT's keys and values of a text", async () => {
    const { model, open } = await openParityModel(name);
    const { activations } = await openMethodGolden(name);
    const session = await open(keysAndValuesGraph(model, 'ids'));
    const found = await session.run(keysAndValuesFeeds(model, { ids: activations.ids }));
    await session.dispose();
    const made = defined(found[promptEmbeddings], promptEmbeddings);
    expect(made.shape).toEqual(activations.prefix.shape);
    expect(largestDifference(made.data, activations.prefix.data)).toBeLessThan(1e-5);
  });
});
