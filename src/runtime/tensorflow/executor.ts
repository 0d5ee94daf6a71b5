import { defined } from '../../common/assert.js';
import type { Executor, Feeds, GraphOutputs, Tensor, WeightLocations } from '../executor.js';
import type { Tensorflow } from './kernels.js';
import { fedLeaves, fixedLeaves } from './leaves.js';
import { runGraph, scheduleGraph } from './runGraph.js';

/**
 * A graph on TensorFlow.js, with the module's current backend. Weights and constants are loaded once and stay until `dispose`; of a run
 * nothing stays.
 * Rejects with `store.fileMissing`, `store.unreadable` or `store.badSafetensors` where a weight cannot be read.
 */
export async function openTensorflow(
  outputs: GraphOutputs,
  weights: WeightLocations,
  tf: Tensorflow,
): Promise<Executor> {
  const values = Object.values(outputs);
  const schedule = scheduleGraph(values);
  const fixed = await fixedLeaves(tf, schedule.leaves, weights);
  return {
    async run(feeds: Feeds) {
      const results = tf.tidy(() => {
        const leaves = new Map([...fixed, ...fedLeaves(tf, schedule.leaves, feeds)]);
        // An output may be a leaf, or another output: each gets a tensor of its own to dispose.
        return runGraph(tf, schedule, values, leaves, { release: true }).map((tensor) => tensor.clone());
      });
      try {
        const data = await Promise.all(results.map((tensor) => tensor.data<'float32'>()));
        const named = Object.keys(outputs).map((name, i): [string, Tensor<Float32Array>] => [
          name,
          { data: defined(data[i], name), shape: defined(results[i], name).shape },
        ]);
        return Object.fromEntries(named);
      } finally {
        tf.dispose(results);
      }
    },
    dispose: () => {
      tf.dispose([...fixed.values()]);
      return Promise.resolve();
    },
  };
}
