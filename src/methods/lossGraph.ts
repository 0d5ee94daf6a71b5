import type { Model } from '../models/architectures.js';
import { targetRows } from '../models/encoderDecoder.js';
import type { TokenizedExample } from '../protocol/dataset.js';
import type { Executor, Feeds, GraphOutputs } from '../runtime/executor.js';
import { batchFeeds, openMethod, targetFeeds, trainingGraph } from './causalGraph.js';
import type { Method } from './method.js';
import { pairFeeds, pairTrainingGraph } from './pairGraph.js';

/** A method's loss and gradients on a model of any kind, from examples. */

export const openLoss = (
  open: (graph: GraphOutputs) => Promise<Executor>,
  model: Model,
  method: Method,
): Promise<Executor> =>
  model.kind === 'causal'
    ? openMethod(open, method, (beginning) => trainingGraph(model, method, beginning))
    : open(pairTrainingGraph(model, method));

/** Feeds of a batch, the parameters left to the caller; `weight` is one target token's share of the loss. */
export function lossFeeds(
  model: Model,
  method: Method,
  examples: readonly Pick<TokenizedExample, 'inputIds' | 'targetIds'>[],
  weight: number,
): Feeds {
  const targets = targetFeeds(
    examples.flatMap((e) => e.targetIds),
    weight,
  );
  if (model.kind === 'encoderDecoder') {
    const pairs = examples.map(({ inputIds, targetIds }) => ({ ids: inputIds, decoder: targetRows(model, targetIds) }));
    return { ...pairFeeds(model, method, pairs), ...targets };
  }
  const sequences = examples.map(({ inputIds, targetIds }) => ({
    // The last target token predicts nothing: its row is left out.
    ids: [...inputIds, ...targetIds.slice(0, -1)],
    labelRows: Array.from({ length: targetIds.length }, (_, i) => inputIds.length - 1 + i),
  }));
  return { ...batchFeeds(model, method, sequences), ...targets };
}
