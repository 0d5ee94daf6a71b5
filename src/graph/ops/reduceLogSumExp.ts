import { dOutput, input, type Operator } from '../operator.js';
import { withAxis } from '../shape.js';

/** y = log Σ exp(x) over the last axis, kept as 1; dx = exp(x − y) · dy, the softmax times dy. */
export const reduceLogSumExp: Operator<'ReduceLogSumExp'> = {
  outputs: (inputs) => [{ shape: withAxis(input(inputs, 0).shape, -1, 1), dtype: 'float' }],
  gradient: ({ build, inputs, outputs, dOutputs }) => [
    build.mul(build.exp(build.sub(input(inputs, 0), input(outputs, 0))), dOutput(dOutputs)),
  ],
  /** The maximum is taken out here: WebGPU's own operator does not, and overflows. */
  lower: ({ emit, inputs }) => {
    const x = input(inputs, 0);
    const small = { shape: withAxis(x.shape, -1, 1), dtype: 'float' } as const;
    const axes = emit.int64([x.shape.length - 1]);
    const largest = emit.node('ReduceMax', [emit.name(x), axes], { keepdims: 1 }, small);
    const shifted = emit.node('Sub', [emit.name(x), largest], {}, { shape: x.shape, dtype: 'float' });
    const sum = emit.node('ReduceLogSumExp', [shifted, axes], { keepdims: 1 }, small);
    return [emit.node('Add', [sum, largest])];
  },
};
