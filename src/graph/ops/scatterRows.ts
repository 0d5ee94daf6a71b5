import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { elementCount, multiplyDims, sameShape, type Dim } from '../shape.js';

/**
 * The adjoint of Gather: x [...I, ...rest], indices [...I] → y [rows, ...rest] with y[n] = Σ x[i] over all i with indices[i] = n;
 * dx = Gather(dy, indices). It adds in the order of the indices, in one thread: ONNX's ScatterElements does, where ScatterND's sums would
 * depend on the threads' timing.
 */
export const scatterRows: Operator<'ScatterRows'> = {
  outputs: (inputs, { rows }) => {
    const [x, indices] = [input(inputs, 0), input(inputs, 1)];
    const rank = indices.shape.length;
    assert(
      indices.dtype === 'int' && sameShape(x.shape.slice(0, rank), indices.shape),
      'ScatterRows takes an integer index for each row',
    );
    return [{ shape: [rows, ...x.shape.slice(rank)], dtype: x.dtype }];
  },
  gradient: ({ build, inputs, dOutputs }) => [build.gather(dOutput(dOutputs), input(inputs, 1)), undefined],
  lower: ({ emit, params: { rows }, inputs }) => {
    const [x, indices] = [input(inputs, 0), input(inputs, 1)];
    const rest = x.shape.slice(indices.shape.length);
    const [count, width] = [elementCount(indices.shape), multiplyDims(...rest)];
    const reshaped = (name: string, shape: readonly Dim[], dtype: 'float' | 'int'): string =>
      emit.node('Reshape', [name, emit.shapeTensor(shape, { inferOne: true })], {}, { shape, dtype });
    const places = emit.node(
      'Expand',
      [reshaped(emit.name(indices), [count, 1], 'int'), emit.shapeTensor([count, width], { inferOne: false })],
      {},
      { shape: [count, width], dtype: 'int' },
    );
    const zeros = emit.node(
      'Expand',
      [emit.float([0]), emit.shapeTensor([rows, width], { inferOne: false })],
      {},
      { shape: [rows, width], dtype: 'float' },
    );
    const scattered = [zeros, places, reshaped(emit.name(x), [count, width], 'float')];
    const attributes = { axis: 0, reduction: { string: 'add' } };
    if (rest.length === 1) return [emit.node('ScatterElements', scattered, attributes)];
    const sums = emit.node('ScatterElements', scattered, attributes, { shape: [rows, width], dtype: 'float' });
    return [emit.node('Reshape', [sums, emit.shapeTensor([rows, ...rest], { inferOne: true })])];
  },
};
