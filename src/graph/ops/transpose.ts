import { dOutput, input, type Operator } from '../operator.js';
import type { Dim } from '../shape.js';

/** y[i_perm] = x[i]; the gradient is transposed back by the inverse permutation. */
export const transpose: Operator<'Transpose'> = {
  outputs: (inputs, { perm }) => [
    { shape: perm.map((axis) => input(inputs, 0).shape[axis] as Dim), dtype: input(inputs, 0).dtype },
  ],
  gradient: ({ build, params: { perm }, dOutputs }) => [
    build.transpose(
      dOutput(dOutputs),
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ],
  lower: ({ emit, params, inputs }) => [emit.node('Transpose', inputs.map(emit.name), { perm: [...params.perm] })],
};
