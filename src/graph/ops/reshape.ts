import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { elementCount, printShape } from '../shape.js';

/** The same elements in the same order; the gradient is reshaped back. */
export const reshape: Operator<'Reshape'> = {
  outputs: (inputs, { shape }) => {
    const x = input(inputs, 0);
    assert(elementCount(x.shape) === elementCount(shape), `Reshape of ${printShape(x.shape)} to ${printShape(shape)}`);
    return [{ shape, dtype: x.dtype }];
  },
  gradient: ({ build, inputs, dOutputs }) => [build.reshape(dOutput(dOutputs), input(inputs, 0).shape)],
  lower: ({ emit, params, inputs }) => [
    emit.node('Reshape', [emit.name(input(inputs, 0)), emit.shapeTensor(params.shape, { inferOne: true })]),
  ],
};
