import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import { printShape, sameShape, type Dim, type Shape } from '../shape.js';
import type { Value } from '../value.js';

const turned = (shape: Shape, turn: boolean): Shape =>
  turn ? [...shape.slice(0, -2), shape.at(-1) as Dim, shape.at(-2) as Dim] : shape;

/**
 * Y = A' · B' over equal leading dimensions: A' [..., M, K] = A or Aᵀ, B' [..., K, N] = B or Bᵀ.
 * dA' = dY · B'ᵀ, dB' = A'ᵀ · dY; the transposes are folded into the flags.
 */
export const matMul: Operator<'MatMul'> = {
  outputs: (inputs, { transA, transB }) => {
    const [a, b] = [turned(input(inputs, 0).shape, transA), turned(input(inputs, 1).shape, transB)];
    assert(
      sameShape(a.slice(0, -2), b.slice(0, -2)) && a.at(-1) === b.at(-2),
      `MatMul of ${printShape(a)} and ${printShape(b)}`,
    );
    return [{ shape: [...a.slice(0, -1), b.at(-1) as Dim], dtype: 'float' }];
  },
  gradient: ({ build, params: { transA, transB }, inputs, dOutputs, wants }) => {
    const [a, b, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    const dA = (): Value =>
      transA ? build.matMul(b, dy, { transA: transB, transB: true }) : build.matMul(dy, b, { transB: !transB });
    const dB = (): Value =>
      transB ? build.matMul(dy, a, { transA: true, transB: transA }) : build.matMul(a, dy, { transA: !transA });
    return [wants(0) ? dA() : undefined, wants(1) ? dB() : undefined];
  },
  lower: ({ emit, params: { transA, transB }, inputs }) => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)];
    if (emit.fused && (transA || transB))
      return [emit.node('FusedMatMul', inputs.map(emit.name), { transA: Number(transA), transB: Number(transB) })];
    const transposed = (x: Value, turn: boolean): string => {
      if (!turn) return emit.name(x);
      const rank = x.shape.length;
      const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
      return emit.node('Transpose', [emit.name(x)], { perm }, { shape: turned(x.shape, true), dtype: x.dtype });
    };
    return [emit.node('MatMul', [transposed(a, transA), transposed(b, transB)])];
  },
};
