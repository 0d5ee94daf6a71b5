import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import type { Dim } from '../shape.js';

/** Rows of a table (token embeddings, label vectors): table [N, ...rest], indices [...I] → [...I, ...rest]; dtable = ScatterRows(dy, indices). */
export const gather: Operator<'Gather'> = {
  outputs: (inputs) => {
    const [table, indices] = [input(inputs, 0), input(inputs, 1)];
    assert(indices.dtype === 'int', 'Gather takes integer indices');
    return [{ shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }];
  },
  gradient: ({ build, inputs, dOutputs }) => [
    build.scatterRows(dOutput(dOutputs), input(inputs, 1), input(inputs, 0).shape[0] as Dim),
    undefined,
  ],
  lower: ({ emit, inputs }) => [emit.node('Gather', inputs.map(emit.name), { axis: 0 })],
};
