import { dOutput, input, type Operator } from '../operator.js';
import type { Builder } from '../builder.js';
import type { Value } from '../value.js';
import { sameAsInput } from './broadcast.js';

const c = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** 1 + tanh(c·(x + 0.044715·x³)) and, exact, 1 + erf(x/√2): twice the weight that gelu gives to x. */
const twiceWeight = (build: Builder, x: Value, approximate: 'none' | 'tanh'): Value => {
  if (approximate === 'none') return build.add(build.erf(build.mul(x, Math.SQRT1_2)), build.scalar(1));
  const inner = build.mul(build.mul(x, c), build.add(build.mul(build.mul(x, x), cubic), build.scalar(1)));
  return build.add(build.tanh(inner), build.scalar(1));
};

/**
 * y = x · Φ(x), exact or with the tanh approximation (Hendrycks, Gimpel 2016, §2).
 * Exact: dx = (Φ(x) + x · φ(x)) · dy with φ(x) = exp(−x²/2)/√(2π).
 * Tanh, with w = 1 + tanh(u), u = c·(x + 0.044715·x³): dx = (w/2 + x/2 · w · (2 − w) · c·(1 + 3·0.044715·x²)) · dy.
 */
export const gelu: Operator<'Gelu'> = {
  outputs: sameAsInput,
  gradient: ({ build, params: { approximate }, inputs, dOutputs }) => {
    const x = input(inputs, 0);
    const w = twiceWeight(build, x, approximate);
    const square = build.mul(x, x);
    const density =
      approximate === 'none'
        ? build.mul(build.exp(build.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI))
        : build.mul(
            build.mul(w, build.sub(build.scalar(2), w)),
            build.add(build.mul(square, 1.5 * c * cubic), build.scalar(0.5 * c)),
          );
    return [build.mul(build.add(build.mul(w, 0.5), build.mul(x, density)), dOutput(dOutputs))];
  },
  lower: ({ emit, params: { approximate }, inputs }) => {
    const x = input(inputs, 0);
    const like = { shape: x.shape, dtype: x.dtype };
    const name = emit.name(x);
    const node = (op: string, a: string, b?: string): string => emit.node(op, b === undefined ? [a] : [a, b], {}, like);
    const half = node('Mul', name, emit.float([0.5]));
    if (approximate === 'none') {
      const weight = node('Add', node('Erf', node('Mul', name, emit.float([Math.SQRT1_2]))), emit.float([1]));
      return [emit.node('Mul', [half, weight])];
    }
    const square = node('Mul', name, name);
    const factor = node('Add', node('Mul', square, emit.float([cubic])), emit.float([1]));
    const tanhInner = node('Tanh', node('Mul', node('Mul', name, emit.float([c])), factor));
    return [emit.node('Mul', [half, node('Add', tanhInner, emit.float([1]))])];
  },
};
