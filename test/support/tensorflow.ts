import * as tf from '@tensorflow/tfjs';
import { defined } from '../../src/common/assert.js';
import { isNode, type Value } from '../../src/graph/value.js';
import type { Feeds, WeightLocations } from '../../src/runtime/executor.js';
import { fedLeaves, fixedLeaves } from '../../src/runtime/tensorflow/leaves.js';
import { runGraph, scheduleGraph } from '../../src/runtime/tensorflow/runGraph.js';

/** TensorFlow.js in plain JavaScript. */
export async function tensorflowCpu(): Promise<typeof tf> {
  // Or it prints advertisements.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return tf;
}

/**
 * The gradients of a scalar with respect to all parameters it depends on, by TensorFlow's own differentiation of the forward pass: our
 * gradient rules have no part in it.
 */
export async function tensorflowGradients(
  loss: Value,
  feeds: Feeds,
  weights: WeightLocations,
): Promise<{ loss: number; gradients: Record<string, Float32Array> }> {
  const tf = await tensorflowCpu();
  const schedule = scheduleGraph([loss]);
  const fixed = await fixedLeaves(tf, schedule.leaves, weights);
  const result = tf.tidy(() => {
    const leaves = new Map([...fixed, ...fedLeaves(tf, schedule.leaves, feeds)]);
    const parameters = schedule.leaves.filter((v) => !isNode(v.origin) && v.origin.kind === 'parameter');
    const forward = (...trained: tf.Tensor[]): tf.Scalar => {
      const all = new Map([...leaves, ...parameters.map((p, i) => [p, defined(trained[i], 'a parameter')] as const)]);
      const found = defined(runGraph(tf, schedule, [loss], all, { release: false })[0], 'a loss');
      // TensorFlow refuses parameters without influence; ours have the gradient zero.
      return tf.addN([found, ...trained.map((x) => tf.mul(tf.sum(x), 0))]).asScalar();
    };
    const { value, grads } = tf.valueAndGrads(forward)(parameters.map((p) => defined(leaves.get(p), 'a parameter')));
    const named = parameters.map(({ origin }, i): [string, Float32Array] => [
      'name' in origin ? origin.name : '',
      Float32Array.from(defined(grads[i], 'a gradient').dataSync()),
    ]);
    return { loss: defined(value.dataSync()[0], 'a loss'), gradients: Object.fromEntries(named) };
  });
  tf.dispose([...fixed.values()]);
  return result;
}
