import { dOutput, input, type Operator } from '../operator.js';
import { broadcastOutputs } from './broadcast.js';

/** y = a + b; da = dy, db = dy (summed where broadcast). */
export const add: Operator<'Add'> = {
  outputs: broadcastOutputs,
  gradient: ({ build, inputs, dOutputs }) => inputs.map((x) => build.sumTo(dOutput(dOutputs), x.shape)),
  lower: ({ emit, inputs }) => [emit.node('Add', inputs.map(emit.name))],
};

/** y = a − b; da = dy, db = −dy. */
export const sub: Operator<'Sub'> = {
  outputs: broadcastOutputs,
  gradient: ({ build, inputs, dOutputs, wants }) => [
    build.sumTo(dOutput(dOutputs), input(inputs, 0).shape),
    wants(1) ? build.mul(build.sumTo(dOutput(dOutputs), input(inputs, 1).shape), -1) : undefined,
  ],
  lower: ({ emit, inputs }) => [emit.node('Sub', inputs.map(emit.name))],
};
