import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { readFloatTensors } from '../../src/store/safetensors.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';
import { goldenFolder } from '../parity/parityModels.js';
import { largestDifference } from '../support/numbers.js';

const golden = await readFloatTensors(join(goldenFolder, 'optimizers.safetensors'));
const tensor = (name: string) => defined(golden.get(name), name);
const settings = {
  adamw: { learningRate: 0.05, weightDecay: 0.01 },
  adafactor: { learningRate: 0.3, weightDecay: 1e-5 },
};
const names = ['adamw', 'adafactor'] as const;
const steps = 10;

/** A tensor of the golden file with its gradients. */
function parameterOf(kind: 'matrix' | 'vector') {
  const { shape, data } = tensor(`${kind}.initial`);
  const gradients = tensor(`${kind}.gradients`).data;
  const gradient = (step: number): Float32Array => gradients.subarray((step - 1) * data.length, step * data.length);
  return { parameter: { shape, data: data.slice() }, gradient };
}

describe.each(names)('%s', (name) => {
  const { learningRate, weightDecay } = settings[name];

  it.each(['matrix', 'vector'] as const)('moves a %s as PyTorch and transformers do, with weight decay', (kind) => {
    const { parameter, gradient } = parameterOf(kind);
    const expected = tensor(`${kind}.${name}`).data;
    const size = parameter.data.length;
    const optimizer = optimizers[name](parameter.shape, { weightDecay });
    for (let step = 1; step <= steps; step++) {
      optimizer.step(parameter, gradient(step), { step, learningRate });
      const after = expected.subarray((step - 1) * size, step * size);
      expect(largestDifference(parameter.data, after), `step ${step}`).toBeLessThan(2e-6);
    }
  });

  it('goes on exactly from its saved state', () => {
    const whole = parameterOf('matrix');
    const stopped = parameterOf('matrix');
    const first = optimizers[name](whole.parameter.shape, { weightDecay });
    const second = optimizers[name](whole.parameter.shape, { weightDecay });
    const resumed = optimizers[name](whole.parameter.shape, { weightDecay });
    for (let step = 1; step <= steps; step++) first.step(whole.parameter, whole.gradient(step), { step, learningRate });
    for (let step = 1; step <= 4; step++)
      second.step(stopped.parameter, stopped.gradient(step), { step, learningRate });
    for (const [key, values] of Object.entries(second.state)) defined(resumed.state[key], key).set(values);
    for (let step = 5; step <= steps; step++)
      resumed.step(stopped.parameter, stopped.gradient(step), { step, learningRate });
    expect(stopped.parameter.data).toEqual(whole.parameter.data);
    expect(resumed.state).toEqual(first.state);
  });

  it('leaves the gradient as it is', () => {
    const { parameter, gradient } = parameterOf('matrix');
    const given = gradient(1).slice();
    optimizers[name](parameter.shape, { weightDecay }).step(parameter, given, { step: 1, learningRate });
    expect(given).toEqual(gradient(1));
  });
});

describe('adamw', () => {
  it('takes a first step of the learning rate against the sign, after the decay', () => {
    const parameter = { shape: [2], data: Float32Array.of(2, -4) };
    optimizers.adamw([2], { weightDecay: 0.5 }).step(parameter, Float32Array.of(1e-3, -100), {
      step: 1,
      learningRate: 0.5,
    });
    expect(parameter.data[0]).toBeCloseTo(2 * 0.75 - 0.5, 4);
    expect(parameter.data[1]).toBeCloseTo(-4 * 0.75 + 0.5, 4);
  });
});

describe('adafactor', () => {
  it('takes a first step whose root mean square is at most the learning rate', () => {
    const { parameter, gradient } = parameterOf('matrix');
    const before = parameter.data.slice();
    optimizers
      .adafactor(parameter.shape, { weightDecay: 0 })
      .step(parameter, gradient(1), { step: 1, learningRate: 0.3 });
    const squares = parameter.data.reduce((sum, x, i) => sum + (x - (before[i] ?? NaN)) ** 2, 0);
    expect(Math.sqrt(squares / before.length)).toBeLessThanOrEqual(0.3 + 1e-6);
    expect(squares).toBeGreaterThan(0);
  });

  it('keeps one number a row and one a column for a matrix', () => {
    const { state } = optimizers.adafactor([5, 4], { weightDecay: 0 });
    expect(Object.entries(state).map(([name, { length }]) => [name, length])).toEqual([
      ['exp_avg_sq_row', 5],
      ['exp_avg_sq_col', 4],
    ]);
  });
});
