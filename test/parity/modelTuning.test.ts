import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defined } from '../../src/common/assert.js';
import { modelTuning } from '../../src/methods/modelTuning.js';
import { readWeights } from '../../src/models/tunedModel.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { relativeError } from '../support/numbers.js';
import { trainAsReferee } from '../support/trainAsReferee.js';
import { goldenFolder, openParityModel, removeCopies } from './parityModels.js';

/** Every weight trained by torch, recorded by test/golden/makeModelTuning.py. */
const names = ['gpt2', 'llama', 'llamaUntied', 'qwen2'] as const;
const goldenSchema = z.object({ learning_rate: z.number(), losses: z.array(z.number()) });

afterAll(removeCopies);

describe.each(names)('model tuning of %s', (name) => {
  it("begins with torch's gradients of every weight and shows its losses", async () => {
    const golden = goldenSchema.parse(JSON.parse(await readFile(join(goldenFolder, `${name}.tuning.json`), 'utf8')));
    const expected = await readFloatTensors(join(goldenFolder, `${name}.tuning.safetensors`));
    const { model, weights, open, golden: parity } = await openParityModel(name);
    const method = modelTuning(model);
    const weightNames = method.parameters.map((parameter) => parameter.name);
    expect(weightNames.map((weight) => `gradient.${weight}`).sort()).toEqual([...expected.keys()].sort());
    const initial = await readWeights(weights, weightNames);
    const values = new Map(
      method.parameters.map(({ name: weight, shape }) => [
        weight,
        { shape, data: defined(initial.get(weight), weight) },
      ]),
    );
    const steps = trainAsReferee({
      model,
      method,
      values,
      batches: parity.batches,
      optimizer: 'adamw',
      learningRate: golden.learning_rate,
      steps: golden.losses.length,
      open,
    });
    const ratios: number[] = [];
    for await (const { loss, gradients } of steps) {
      if (ratios.length === 0)
        for (const weight of weightNames) {
          const { data } = defined(expected.get(`gradient.${weight}`), weight);
          // Keys' biases move nothing: softmax takes what all scores have in common out. What is left is rounding.
          const isNothing = Math.max(...data.map(Math.abs)) < 1e-6;
          const found = defined(gradients.get(weight), weight);
          if (isNothing) expect(Math.max(...found.map(Math.abs)), weight).toBeLessThan(1e-6);
          else expect(relativeError(found, data), weight).toBeLessThan(2e-5);
        }
      ratios.push(loss / defined(golden.losses[ratios.length], 'a loss'));
    }
    expect(ratios).toHaveLength(20);
    expect(Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)))).toBeLessThan(1e-4);
  });
});
