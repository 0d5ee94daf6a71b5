import { afterAll, describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { batchFeeds, gradientName, targetFeeds, trainingGraph } from '../../src/methods/causalGraph.js';
import { promptParameter, promptTuning } from '../../src/methods/promptTuning.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { relativeError } from '../support/numbers.js';
import { openParityModel, parityNames, removeCopies, type GoldenBatch, type ParityModel } from './parityModels.js';

const tolerance = 2e-5;
const notScored = -100;

/** Rows without what stands behind the last scored token, and the scored tokens. */
function labelled({ input_ids, labels }: GoldenBatch) {
  const sequences = input_ids.map((ids, i) => {
    const scored = [...ids.keys()].filter((j) => defined(labels[i], 'labels')[j] !== notScored);
    return { ids: ids.slice(0, scored.at(-1)), labelRows: scored.map((j) => j - 1) };
  });
  return { sequences, targets: labels.flat().filter((token) => token !== notScored) };
}

/** Trains as the referee does: losses by step, and the gradient of the first. */
async function train(
  { model, golden, tensor, open }: ParityModel,
  virtualTokens: number,
  optimizerName: keyof typeof optimizers,
  steps: number,
): Promise<{ losses: number[]; firstGradient: Float32Array }> {
  const { shape, data } = tensor(`${virtualTokens}.init`);
  const prompt = { shape, data: data.slice() };
  const method = promptTuning(virtualTokens, model.hiddenSize);
  const optimizer = optimizers[optimizerName](shape, { weightDecay: 0 });
  const session = await open(trainingGraph(model, method));
  const losses: number[] = [];
  let firstGradient: Float32Array | undefined;
  for (let step = 1; step <= steps; step++) {
    const batch = labelled(defined(golden.batches[(step - 1) % golden.batches.length], 'a batch'));
    const result = await session.run({
      ...batchFeeds(model, method, batch.sequences, { branching: false }),
      ...targetFeeds(batch.targets, 1 / batch.targets.length),
      [promptParameter]: prompt,
    });
    losses.push(defined(result.loss?.data[0], 'the loss'));
    const gradient = defined(result[gradientName(promptParameter)], 'the gradient').data;
    firstGradient ??= gradient.slice();
    optimizer.step(prompt, gradient, { step, learningRate: golden.learning_rate });
  }
  await session.dispose();
  return { losses, firstGradient: defined(firstGradient, 'a gradient') };
}

afterAll(removeCopies);

describe.each(parityNames)('prompt tuning of %s', (name) => {
  it("begins with PEFT's gradient and shows PEFT's losses, with AdamW and with Adafactor", async () => {
    const parity = await openParityModel(name);
    const cases = Object.entries(parity.golden.losses);
    expect(cases.length).toBeGreaterThan(0);
    for (const [virtualTokens, expected] of cases)
      for (const optimizer of ['adamw', 'adafactor'] as const) {
        const { length } = expected[optimizer];
        const { losses, firstGradient } = await train(parity, Number(virtualTokens), optimizer, length);
        const what = `${virtualTokens} virtual tokens, ${optimizer}`;
        const gradient = parity.tensor(`${virtualTokens}.gradient`).data;
        expect(relativeError(firstGradient, gradient), `gradient, ${what}`).toBeLessThan(tolerance);
        expect(length).toBe(20);
        losses.forEach((loss, i) => {
          const reference = defined(expected[optimizer][i], 'a loss');
          expect(Math.abs(loss / reference - 1), `step ${i + 1}, ${what}`).toBeLessThan(tolerance);
        });
      }
  });
});
