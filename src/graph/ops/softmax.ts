import { dOutput, input, type Operator } from '../operator.js';
import { sameAsInput } from './broadcast.js';

/** y = softmax(x) over the last axis; dx = y ∘ (dy − Σ y ∘ dy). */
export const softmax: Operator<'Softmax'> = {
  outputs: sameAsInput,
  gradient: ({ build, outputs, dOutputs }) => {
    const [y, dy] = [input(outputs, 0), dOutput(dOutputs)];
    const inner = build.reduceSum(build.mul(y, dy), [y.shape.length - 1], true);
    return [build.mul(y, build.sub(dy, inner))];
  },
  lower: ({ emit, inputs }) => [emit.node('Softmax', inputs.map(emit.name), { axis: -1 })],
};
