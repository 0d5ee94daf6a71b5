import { dOutput, input, type Operator } from '../operator.js';
import { sameAsInput } from './broadcast.js';

/**
 * y = g · σ · u with σ = sigmoid(g) (Shazeer 2020, eq. 6, after the linear layers). With a = dy · σ: du = a · g and
 * dg = u · (a + du · (1 − σ)) = u · (a + du − du · σ). Of the wide intermediates only g and u are kept:
 * σ is computed again when dy arrives.
 */
export const swiGlu: Operator<'SwiGlu'> = {
  outputs: sameAsInput,
  gradient: ({ build, inputs, dOutputs }) => {
    const [g, u, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    const s = build.sigmoid(build.after(g, dy));
    const a = build.mul(dy, s);
    const du = build.mul(a, g);
    return [build.mul(build.add(a, build.sub(du, build.mul(du, s))), u), du];
  },
  lower: ({ emit, inputs }) => {
    const [g, u] = [input(inputs, 0), input(inputs, 1)];
    const like = { shape: g.shape, dtype: g.dtype };
    const gated = emit.fused
      ? emit.node('QuickGelu', [emit.name(g)], { alpha: { float: 1 } }, like)
      : emit.node('Mul', [emit.name(g), emit.node('Sigmoid', [emit.name(g)], {}, like)], {}, like);
    return [emit.node('Mul', [gated, emit.name(u)])];
  },
};
