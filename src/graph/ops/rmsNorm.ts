import { dOutput, input, type Operator } from '../operator.js';
import { sameAsInput } from './broadcast.js';

/**
 * y = x ∘ r ∘ w over the last axis of size d, r = (Σ x² / d + ε)^(−1/2) (Zhang, Sennrich 2019, eq. 4). With g = dy ∘ w:
 * dx = r · (g − x · r² · (Σ g ∘ x) / d), dw = Σ dy ∘ x ∘ r over the rows.
 */
export const rmsNorm: Operator<'RMSNormalization'> = {
  outputs: sameAsInput,
  gradient: ({ build, params: { epsilon }, inputs, dOutputs, wants }) => {
    const [x, w, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    const last = x.shape.length - 1;
    const r = build.inverseRms(x, epsilon);
    const dx = (): typeof x => {
      const g = build.mul(dy, w);
      const inner = build.reduceSum(build.mul(g, x), [last], true);
      const scale = build.mul(build.mul(build.mul(r, r), inner), 1 / (x.shape[last] as number));
      return build.mul(build.sub(g, build.mul(x, scale)), r);
    };
    return [wants(0) ? dx() : undefined, wants(1) ? build.sumTo(build.mul(dy, build.mul(x, r)), w.shape) : undefined];
  },
  lower: ({ emit, params, inputs }) => [
    emit.node('RMSNormalization', inputs.map(emit.name), { axis: -1, epsilon: { float: params.epsilon } }),
  ],
};
