import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { printShape, sameShape, withAxis, type Dim } from '../shape.js';

/**
 * Y = A · B' over equal leading dimensions: A [..., M, K], B' [..., K, N] = B, or Bᵀ with `transB`.
 * dA = dY · B'ᵀ; dB = Aᵀ · dY, with `transB` dYᵀ · A.
 */
export const matMul: Operator<'MatMul'> = {
  outputs: (inputs, { transB }) => {
    const [a, b] = [input(inputs, 0).shape, input(inputs, 1).shape];
    const [k, n] = transB ? [b.at(-1), b.at(-2)] : [b.at(-2), b.at(-1)];
    assert(
      sameShape(a.slice(0, -2), b.slice(0, -2)) && a.at(-1) === k,
      `MatMul of ${printShape(a)} and ${printShape(b)}, transB ${transB}`,
    );
    return [{ shape: withAxis(a, -1, n as Dim), dtype: 'float' }];
  },
  gradient: ({ build, params: { transB }, inputs, dOutputs, wants }) => {
    const [a, b, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    const dB = (): typeof dy => (transB ? build.matMul(build.swapLast(dy), a) : build.matMul(build.swapLast(a), dy));
    return [wants(0) ? build.matMul(dy, b, { transB: !transB }) : undefined, wants(1) ? dB() : undefined];
  },
  lower: ({ emit, params: { transB }, inputs }) => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)];
    if (!transB) return [emit.node('MatMul', [emit.name(a), emit.name(b)])];
    const rank = b.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const type = { shape: perm.map((axis) => b.shape[axis] as Dim), dtype: b.dtype };
    return [emit.node('MatMul', [emit.name(a), emit.node('Transpose', [emit.name(b)], { perm }, type)])];
  },
};
