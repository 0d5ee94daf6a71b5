import { dOutput, input, type Operator } from '../operator.js';

/** x repeated to a larger shape; the gradient is summed over the repeats. */
export const expand: Operator<'Expand'> = {
  outputs: (inputs, { shape }) => [{ shape, dtype: input(inputs, 0).dtype }],
  gradient: ({ build, inputs, dOutputs }) => [build.sumTo(dOutput(dOutputs), input(inputs, 0).shape)],
  lower: ({ emit, params, inputs }) => [
    emit.node('Expand', [emit.name(input(inputs, 0)), emit.shapeTensor(params.shape, { inferOne: false })]),
  ],
};
