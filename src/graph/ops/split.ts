import { assert } from '../../common/assert.js';
import { input, type Operator } from '../operator.js';
import { addDims, normalAxis, withAxis } from '../shape.js';

/** x cut along one axis into pieces of the given sizes; the gradients are joined again, zeros where a piece was not used. */
export const split: Operator<'Split'> = {
  outputs: (inputs, { axis, sizes }) => {
    const x = input(inputs, 0);
    const at = normalAxis(axis, x.shape.length);
    assert(addDims(...sizes) === x.shape[at], `Split of ${x.shape[at]} into ${sizes.join(', ')}`);
    return sizes.map((size) => ({ shape: withAxis(x.shape, at, size), dtype: x.dtype }));
  },
  gradient: ({ build, params: { axis }, outputs, dOutputs }) => [
    build.concat(
      outputs.map((y, i) => dOutputs[i] ?? build.zeros(y.shape)),
      axis,
    ),
  ],
  lower: ({ emit, params, inputs, outputs }) =>
    emit.nodes(
      'Split',
      [emit.name(input(inputs, 0)), emit.shapeTensor(params.sizes, { inferOne: false })],
      { axis: normalAxis(params.axis, input(inputs, 0).shape.length) },
      outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    ),
};
