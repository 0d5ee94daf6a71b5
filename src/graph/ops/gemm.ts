import { assert } from '../../common/assert.js';
import { dOutput, input, type Operator } from '../operator.js';
import type { Dim } from '../shape.js';

/**
 * Y = A' · B' + C, where A' = A or Aᵀ [M, K], B' = B or Bᵀ [K, N], C [N] or [M, N].
 * dA' = dY · B'ᵀ, dB' = A'ᵀ · dY, dC = dY (summed where broadcast); the transposes are folded into the flags.
 */
export const gemm: Operator<'Gemm'> = {
  outputs: (inputs, { transA, transB }) => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)];
    const [m, k] = transA ? [a.shape[1], a.shape[0]] : a.shape;
    const [k2, n] = transB ? [b.shape[1], b.shape[0]] : b.shape;
    assert(a.shape.length === 2 && b.shape.length === 2 && k === k2, `Gemm of [${a.shape}] and [${b.shape}]`);
    return [{ shape: [m as Dim, n as Dim], dtype: 'float' }];
  },
  gradient: ({ build, params: { transA, transB }, inputs, dOutputs, wants }) => {
    const [a, b, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    const dA = (): ReturnType<typeof build.gemm> =>
      transA ? build.gemm(b, dy, { transA: transB, transB: true }) : build.gemm(dy, b, { transB: !transB });
    const dB = (): ReturnType<typeof build.gemm> =>
      transB ? build.gemm(dy, a, { transA: true, transB: transA }) : build.gemm(a, dy, { transA: !transA });
    const c = inputs[2];
    return [
      wants(0) ? dA() : undefined,
      wants(1) ? dB() : undefined,
      c && wants(2) ? build.sumTo(dy, c.shape) : undefined,
    ];
  },
  lower: ({ emit, params, inputs }) => [
    emit.node('Gemm', inputs.map(emit.name), { transA: Number(params.transA), transB: Number(params.transB) }),
  ],
};
