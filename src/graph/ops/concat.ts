import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { addDims, normalAxis, printShape, sameShape, withAxis, type Dim } from '../shape.js';

/** Values joined along one axis; the gradient is split at the same places. */
export const concat: Operator<'Concat'> = {
  outputs: (inputs, { axis }) => {
    const first = input(inputs, 0);
    const at = normalAxis(axis, first.shape.length);
    for (const v of inputs)
      assert(
        sameShape(withAxis(v.shape, at, 0), withAxis(first.shape, at, 0)),
        `Concat of ${printShape(first.shape)} and ${printShape(v.shape)} along ${axis}`,
      );
    const total = addDims(...inputs.map((v) => v.shape[at] as Dim));
    return [{ shape: withAxis(first.shape, at, total), dtype: first.dtype }];
  },
  gradient: ({ build, params: { axis }, inputs, dOutputs }) =>
    build.split(
      dOutput(dOutputs),
      inputs.map((v) => v.shape[normalAxis(axis, v.shape.length)] as Dim),
      axis,
    ),
  lower: ({ emit, params, inputs }) => [
    emit.node('Concat', inputs.map(emit.name), { axis: normalAxis(params.axis, input(inputs, 0).shape.length) }),
  ],
};
