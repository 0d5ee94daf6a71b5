import { defined } from '../common/assert.js';
import type { Engine } from './engine.js';
import type { Feeds, GraphOutputs, Tensor, WeightLocations } from './executor.js';

/** The one output of a graph that is run a single time. */
export async function runOnce(
  engine: Pick<Engine, 'open'>,
  graph: GraphOutputs,
  weights: WeightLocations,
  feeds: Feeds,
): Promise<Tensor<Float32Array>> {
  const session = await engine.open(graph, weights);
  try {
    return defined(Object.values(await session.run(feeds))[0], 'an output');
  } finally {
    await session.dispose();
  }
}
