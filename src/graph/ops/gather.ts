import { assert } from '../../common/assert.js';
import { input, type Operator } from '../operator.js';

/** Rows of a frozen table (token embeddings, label vectors): table [N, ...rest], indices [...I] → [...I, ...rest]. No gradient by design. */
export const gather: Operator<'Gather'> = {
  outputs: (inputs) => {
    const [table, indices] = [input(inputs, 0), input(inputs, 1)];
    assert(indices.dtype === 'int', 'Gather takes integer indices');
    return [{ shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }];
  },
  gradient: () => {
    throw new Error('Internal error: Gather reads frozen tables; trained rows go through Pack and Unpack');
  },
  lower: ({ emit, inputs }) => [emit.node('Gather', inputs.map(emit.name), { axis: 0 })],
};
