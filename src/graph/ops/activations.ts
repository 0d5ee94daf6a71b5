import { dOutput, input, type Operator } from '../operator.js';
import { sameAsInput } from './broadcast.js';

/** Below this eˣ is 4 · 10⁻³¹ and taken to stay so. */
const leastExponent = -70;

/**
 * y = eˣ; dx = y · dy. Floored, since below e⁻⁸⁷ float32's numbers are denormal, in which processors compute a hundred times slower: the
 * softmax over a vocabulary times the output matrix took half of a T5's step.
 */
export const exp: Operator<'Exp'> = {
  outputs: sameAsInput,
  gradient: ({ build, outputs, dOutputs }) => [build.mul(input(outputs, 0), dOutput(dOutputs))],
  lower: ({ emit, inputs }) => {
    const x = input(inputs, 0);
    const floored = emit.node(
      'Max',
      [emit.name(x), emit.float([leastExponent])],
      {},
      { shape: x.shape, dtype: x.dtype },
    );
    return [emit.node('Exp', [floored])];
  },
};

/** y = erf(x); dx = 2/√π · exp(−x²) · dy. */
export const erf: Operator<'Erf'> = {
  outputs: sameAsInput,
  gradient: ({ build, inputs, dOutputs }) => {
    const x = input(inputs, 0);
    return [build.mul(build.mul(build.exp(build.mul(build.mul(x, x), -1)), 2 / Math.sqrt(Math.PI)), dOutput(dOutputs))];
  },
  lower: ({ emit, inputs }) => [emit.node('Erf', inputs.map(emit.name))],
};

/** y = max(x, 0); dx = dy where y > 0. */
export const relu: Operator<'Relu'> = {
  outputs: sameAsInput,
  gradient: ({ build, outputs, dOutputs }) => {
    const y = input(outputs, 0);
    return [build.mul(build.sign(y), dOutput(dOutputs))];
  },
  lower: ({ emit, inputs }) => [emit.node('Relu', inputs.map(emit.name))],
};

/** y = sign(x): −1, 0 or 1; its gradient is zero. */
export const sign: Operator<'Sign'> = {
  outputs: sameAsInput,
  gradient: () => [undefined],
  lower: ({ emit, inputs }) => [emit.node('Sign', inputs.map(emit.name))],
};

/** y = 1 / (1 + e⁻ˣ); dx = y · (1 − y) · dy. */
export const sigmoid: Operator<'Sigmoid'> = {
  outputs: sameAsInput,
  gradient: ({ build, outputs, dOutputs }) => {
    const y = input(outputs, 0);
    return [build.mul(build.mul(y, build.sub(build.scalar(1), y)), dOutput(dOutputs))];
  },
  lower: ({ emit, inputs }) => [emit.node('Sigmoid', inputs.map(emit.name))],
};

/** y = tanh(x); dx = (1 − y²) · dy. */
export const tanh: Operator<'Tanh'> = {
  outputs: sameAsInput,
  gradient: ({ build, outputs, dOutputs }) => {
    const y = input(outputs, 0);
    return [build.mul(build.sub(build.scalar(1), build.mul(y, y)), dOutput(dOutputs))];
  },
  lower: ({ emit, inputs }) => [emit.node('Tanh', inputs.map(emit.name))],
};

/** y = x · σ(x) (Elfwing, Uchibe, Doya 2017); dx = (σ + y · (1 − σ)) · dy. */
export const silu: Operator<'Silu'> = {
  outputs: sameAsInput,
  gradient: ({ build, inputs, outputs, dOutputs }) => {
    const [s, y] = [build.sigmoid(input(inputs, 0)), input(outputs, 0)];
    const slope = build.add(build.mul(build.sub(build.scalar(1), s), y), s);
    return [build.mul(slope, dOutput(dOutputs))];
  },
  lower: ({ emit, inputs }) => {
    const x = input(inputs, 0);
    const sigmoidX = emit.node('Sigmoid', [emit.name(x)], {}, { shape: x.shape, dtype: x.dtype });
    return [emit.node('Mul', [emit.name(x), sigmoidX])];
  },
};
