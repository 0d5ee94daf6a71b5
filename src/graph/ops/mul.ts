import { dOutput, input, type Operator } from '../operator.js';
import { broadcastOutputs } from './broadcast.js';

/** y = a ∘ b; da = dy ∘ b, db = dy ∘ a (summed where broadcast). */
export const mul: Operator<'Mul'> = {
  outputs: broadcastOutputs,
  gradient: ({ build, inputs, dOutputs, wants }) => {
    const [a, b, dy] = [input(inputs, 0), input(inputs, 1), dOutput(dOutputs)];
    return [
      wants(0) ? build.sumTo(build.mul(dy, b), a.shape) : undefined,
      wants(1) ? build.sumTo(build.mul(dy, a), b.shape) : undefined,
    ];
  },
  lower: ({ emit, inputs }) => [emit.node('Mul', inputs.map(emit.name))],
};
