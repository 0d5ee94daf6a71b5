import { dOutput, input, type Operator } from '../operator.js';
import type { Dim, Shape } from '../shape.js';

const reduced = (shape: Shape, axes: readonly number[], keepdims: boolean): Shape =>
  shape.flatMap((d, i) => (axes.includes(i) ? (keepdims ? [1] : []) : [d]));

const count = (shape: Shape, axes: readonly number[]): number =>
  axes.reduce((n, axis) => {
    const d: Dim | undefined = shape[axis];
    if (typeof d !== 'number') throw new Error('Internal error: ReduceMean over a symbolic dimension');
    return n * d;
  }, 1);

/** y = Σ x over the axes; dx = dy, repeated. */
export const reduceSum: Operator<'ReduceSum'> = {
  outputs: (inputs, { axes, keepdims }) => [
    { shape: reduced(input(inputs, 0).shape, axes, keepdims), dtype: input(inputs, 0).dtype },
  ],
  gradient: ({ build, params: { axes }, inputs, dOutputs }) => {
    const shape = input(inputs, 0).shape;
    return [build.expand(build.reshape(dOutput(dOutputs), reduced(shape, axes, true)), shape)];
  },
  lower: ({ emit, params, inputs }) => [
    emit.node('ReduceSum', [emit.name(input(inputs, 0)), emit.int64(params.axes)], {
      keepdims: Number(params.keepdims),
    }),
  ],
};

/** y = mean of x over the axes, kept as 1; dx = dy / n, repeated. */
export const reduceMean: Operator<'ReduceMean'> = {
  outputs: (inputs, { axes }) => [
    { shape: reduced(input(inputs, 0).shape, axes, true), dtype: input(inputs, 0).dtype },
  ],
  gradient: ({ build, params: { axes }, inputs, dOutputs }) => {
    const shape = input(inputs, 0).shape;
    return [build.expand(build.mul(dOutput(dOutputs), 1 / count(shape, axes)), shape)];
  },
  lower: ({ emit, params, inputs }) => [
    emit.node('ReduceMean', [emit.name(input(inputs, 0)), emit.int64(params.axes)], { keepdims: 1 }),
  ],
};
