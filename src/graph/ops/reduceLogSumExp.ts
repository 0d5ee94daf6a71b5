import { dOutput, input, type Operator } from '../operator.js';
import { withAxis } from '../shape.js';

/** y = log Σ exp(x) over the last axis, kept as 1; dx = exp(x − y) · dy, the softmax times dy. */
export const reduceLogSumExp: Operator<'ReduceLogSumExp'> = {
  outputs: (inputs) => [{ shape: withAxis(input(inputs, 0).shape, -1, 1), dtype: 'float' }],
  gradient: ({ build, inputs, outputs, dOutputs }) => [
    build.mul(build.exp(build.sub(input(inputs, 0), input(outputs, 0))), dOutput(dOutputs)),
  ],
  lower: ({ emit, inputs }) => [
    emit.node('ReduceLogSumExp', [emit.name(input(inputs, 0)), emit.int64([input(inputs, 0).shape.length - 1])], {
      keepdims: 1,
    }),
  ],
};
