import { isNode } from '../graph/value.js';
import { reachable } from '../graph/reachable.js';
import type { Model } from '../models/architectures.js';
import { trainingGraph } from './causalGraph.js';
import { noMethod, type Method } from './method.js';
import { pairTrainingGraph } from './pairGraph.js';

/**
 * Model tuning: every weight that the model's loss depends on is trained, by its own name, and nothing is put before the text. It is what
 * Lester et al. 2021 (figure 1) compare prompts with.
 */
export function modelTuning(model: Model): Method {
  const graph = model.kind === 'causal' ? trainingGraph(model, noMethod) : pairTrainingGraph(model, noMethod);
  const parameters = reachable(Object.values(graph)).leaves.flatMap(({ origin, shape }) =>
    !isNode(origin) && origin.kind === 'weight' ? [{ name: origin.name, shape: shape.map(Number), draw: () => 0 }] : [],
  );
  return { ...noMethod, tunesModel: true, parameters };
}
