import { isNode } from '../graph/value.js';
import { reachable } from '../graph/reachable.js';
import type { Model } from '../models/architectures.js';
import type { GraphOutputs } from '../runtime/executor.js';
import { trainingGraph } from './causalGraph.js';
import { maskedTrainingGraph } from './maskedGraph.js';
import { noMethod, type Method } from './method.js';
import { pairTrainingGraph } from './pairGraph.js';

/**
 * Model tuning: every weight that the model's loss depends on is trained, by its own name, and nothing is put before the text. It is what
 * Lester et al. 2021 (figure 1) compare prompts with.
 */
export function modelTuning(model: Model): Method {
  const graph = graphOf(model);
  const parameters = reachable(Object.values(graph)).leaves.flatMap(({ origin, shape }) =>
    !isNode(origin) && origin.kind === 'weight' ? [{ name: origin.name, shape: shape.map(Number), draw: () => 0 }] : [],
  );
  return { ...noMethod, tunesModel: true, parameters };
}

function graphOf(model: Model): GraphOutputs {
  switch (model.kind) {
    case 'causal':
      return trainingGraph(model, noMethod);
    case 'encoderDecoder':
      return pairTrainingGraph(model, noMethod);
    case 'masked':
      return maskedTrainingGraph(model, noMethod);
  }
}
