import { assert } from '../../common/assert.js';
import { input, type Operator } from '../operator.js';
import { addDims, elementCount, printShape, sameShape, type Dim } from '../shape.js';

/**
 * Rows to blocks: inputs x [N, width], inverse [N], indices j [...I_j]; outputs y_j [...I_j, width] with y_j[i] = x[indices_j[i]].
 * With `zeros`, an index of N reads a row of zeros. A row must be read at most once, or the surplus reads (padding that nobody looks at)
 * must get no gradient; `inverse` says where each row was read, counted over all outputs in order. With `partial`, rows may be unread:
 * their inverse is the total count. So the gradient is Pack, a plain Gather: no scatter, whose sums would depend on thread timing.
 */
export const unpack: Operator<'Unpack'> = {
  outputs: (inputs, params) => {
    const [x, inverse, ...indices] = inputs;
    assert(x && inverse && indices.length === params.outputs && x.shape.length === 2, 'Unpack of rows');
    assert(sameShape(inverse.shape, [x.shape[0] as Dim]), `Unpack's inverse is ${printShape(inverse.shape)}`);
    return indices.map((index) => ({ shape: [...index.shape, x.shape[1] as Dim], dtype: x.dtype }));
  },
  gradient: ({ build, params, inputs, outputs, dOutputs }) => [
    build.pack(
      outputs.map((y, i) => dOutputs[i] ?? build.zeros(y.shape)),
      input(inputs, 1),
      inputs.slice(2),
      { zeros: params.partial, partial: params.zeros },
    ),
  ],
  lower: ({ emit, params, inputs }) => {
    const x = input(inputs, 0);
    const rows = params.zeros ? emit.withZeroRow([emit.name(x)], x.shape) : emit.name(x);
    return inputs.slice(2).map((index) => emit.node('Gather', [rows, emit.name(index)], { axis: 0 }));
  },
};

/**
 * Blocks to rows, the mirror of Unpack: sources j [...I_j, width], index [N], inverses j [...I_j]; output [N, width] with
 * y[n] = flattened and joined sources[index[n]]. With `zeros`, an index of the total count reads zeros; with `partial`, source rows may
 * be unread (inverse N). The gradient is Unpack.
 */
export const pack: Operator<'Pack'> = {
  outputs: (inputs, params) => {
    const index = input(inputs, params.sources);
    for (let j = 0; j < params.sources; j++)
      assert(
        sameShape(input(inputs, j).shape.slice(0, -1), input(inputs, params.sources + 1 + j).shape),
        `Pack's source ${j} is ${printShape(input(inputs, j).shape)}`,
      );
    return [{ shape: [index.shape[0] as Dim, input(inputs, 0).shape.at(-1) as Dim], dtype: 'float' }];
  },
  gradient: ({ build, params, inputs, dOutputs }) => {
    const dy = dOutputs[0];
    assert(dy, 'Pack without a gradient');
    return build.unpack(dy, inputs.slice(params.sources + 1), input(inputs, params.sources), {
      zeros: params.partial,
      partial: params.zeros,
    });
  },
  lower: ({ emit, params, inputs }) => {
    const sources = inputs.slice(0, params.sources);
    const width = input(inputs, 0).shape.at(-1) as Dim;
    const flat = sources.map((s) => {
      const shape = [elementCount(s.shape.slice(0, -1)), width];
      return s.shape.length === 2
        ? emit.name(s)
        : emit.node(
            'Reshape',
            [emit.name(s), emit.shapeTensor(shape, { inferOne: true })],
            {},
            { shape, dtype: 'float' },
          );
    });
    const shape = [addDims(...sources.map((s) => elementCount(s.shape.slice(0, -1)))), width];
    const joined = params.zeros
      ? emit.withZeroRow(flat, shape)
      : flat.length === 1
        ? (flat[0] as string)
        : emit.node('Concat', flat, { axis: 0 }, { shape, dtype: 'float' });
    return [emit.node('Gather', [joined, emit.name(input(inputs, params.sources))], { axis: 0 })];
  },
};
