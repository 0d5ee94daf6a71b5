import { dOutput, input, type Operator } from '../operator.js';
import { withAxis } from '../shape.js';

/**
 * y = (Σ x² / d + ε)^(−1/2) over the last axis of size d, kept as 1; dx = −x · y³ · dy / d.
 * It is computed here and never taken from a fused norm's second output: WebGPU's holds the mean there.
 */
export const inverseRms: Operator<'InverseRms'> = {
  outputs: (inputs) => [{ shape: withAxis(input(inputs, 0).shape, -1, 1), dtype: 'float' }],
  gradient: ({ build, inputs, outputs, dOutputs }) => {
    const [x, y, dy] = [input(inputs, 0), input(outputs, 0), dOutput(dOutputs)];
    const scale = build.mul(build.mul(build.mul(y, build.mul(y, y)), dy), -1 / (x.shape.at(-1) as number));
    return [build.mul(x, scale)];
  },
  lower: ({ emit, params, inputs }) => {
    const x = input(inputs, 0);
    const small = { shape: withAxis(x.shape, -1, 1), dtype: 'float' } as const;
    const sum = emit.node('ReduceSumSquare', [emit.name(x), emit.int64([x.shape.length - 1])], { keepdims: 1 }, small);
    const mean = emit.node('Mul', [sum, emit.float([1 / (x.shape.at(-1) as number)])], {}, small);
    const shifted = emit.node('Add', [mean, emit.float([params.epsilon])], {}, small);
    return [emit.node('Reciprocal', [emit.node('Sqrt', [shifted], {}, small)])];
  },
};
