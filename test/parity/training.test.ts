import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { direct, promptEmbeddings } from '../../src/methods/method.js';
import { relativeError } from '../support/numbers.js';
import { openParityModel, parityNames, removeCopies } from './parityModels.js';
import { copied, trainAsReferee } from '../support/trainAsReferee.js';

const tolerance = 2e-5;

afterAll(removeCopies);

describe.each(parityNames)('prompt tuning of %s', (name) => {
  it("begins with PEFT's gradient and shows PEFT's losses, with AdamW and with Adafactor", async () => {
    const { model, golden, tensor, open } = await openParityModel(name);
    const cases = Object.entries(golden.losses);
    expect(cases.length).toBeGreaterThan(0);
    for (const [virtualTokens, expected] of cases)
      for (const optimizer of ['adamw', 'adafactor'] as const) {
        const { length } = expected[optimizer];
        expect(length).toBe(20);
        const what = `${virtualTokens} virtual tokens, ${optimizer}`;
        const steps = trainAsReferee({
          model,
          method: direct('front', Number(virtualTokens), model.hiddenSize),
          values: copied(new Map([[promptEmbeddings, tensor(`${virtualTokens}.init`)]])),
          batches: golden.batches,
          optimizer,
          learningRate: golden.learning_rate,
          steps: length,
          open,
        });
        let step = 0;
        for await (const { loss, gradients } of steps) {
          if (step === 0) {
            const gradient = tensor(`${virtualTokens}.gradient`).data;
            const found = defined(gradients.get(promptEmbeddings), 'a gradient');
            expect(relativeError(found, gradient), `gradient, ${what}`).toBeLessThan(tolerance);
          }
          const reference = defined(expected[optimizer][step++], 'a loss');
          expect(Math.abs(loss / reference - 1), `step ${step}, ${what}`).toBeLessThan(tolerance);
        }
      }
  });
});
