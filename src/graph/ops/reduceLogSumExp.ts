import { dOutput, input, type Operator } from '../operator.js';
import { withAxis } from '../shape.js';

/** y = log Σ exp(x) over the last axis, kept as 1; dx = exp(x − y) · dy, the softmax times dy. */
export const reduceLogSumExp: Operator<'ReduceLogSumExp'> = {
  outputs: (inputs) => [{ shape: withAxis(input(inputs, 0).shape, -1, 1), dtype: 'float' }],
  gradient: ({ build, inputs, outputs, dOutputs }) => [
    build.mul(build.exp(build.sub(input(inputs, 0), input(outputs, 0))), dOutput(dOutputs)),
  ],
  /**
   * Not onnxruntime's own operator: on WebGPU it does not take the maximum out and overflows, and on the CPU it adds in one float32, which over
   * a vocabulary loses a ten-thousandth of the sum.
   */
  lower: ({ emit, inputs }) => {
    const x = input(inputs, 0);
    const small = { shape: withAxis(x.shape, -1, 1), dtype: 'float' } as const;
    const axes = emit.int64([x.shape.length - 1]);
    const largest = emit.node('ReduceMax', [emit.name(x), axes], { keepdims: 1 }, small);
    const whole = { shape: x.shape, dtype: 'float' } as const;
    const shifted = emit.node('Sub', [emit.name(x), largest], {}, whole);
    const sum = emit.node('ReduceSum', [emit.node('Exp', [shifted], {}, whole), axes], { keepdims: 1 }, small);
    return [emit.node('Add', [emit.node('Log', [sum], {}, small), largest])];
  },
};
