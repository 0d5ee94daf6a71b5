import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { sameShape } from '../shape.js';

/**
 * y = x, but not before another value of the same shape is known; dx = dy. What a gradient rule computes from forward values alone would run
 * during the forward pass and wait in memory; behind `After(x, dy)` it is computed when the gradient arrives (rematerialisation,
 * Chen et al. 2016). It costs nothing: onnxruntime's Reshape passes the buffer on.
 */
export const after: Operator<'After'> = {
  outputs: (inputs) => {
    const [x, awaited] = [input(inputs, 0), input(inputs, 1)];
    assert(sameShape(x.shape, awaited.shape), 'After needs a value of the same shape');
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  gradient: ({ dOutputs }) => [dOutput(dOutputs), undefined],
  lower: ({ emit, inputs }) => {
    const [x, awaited] = [input(inputs, 0), input(inputs, 1)];
    const shape = emit.node('Shape', [emit.name(awaited)], {}, { shape: [x.shape.length], dtype: 'int64' });
    return [emit.node('Reshape', [emit.name(x), shape])];
  },
};
