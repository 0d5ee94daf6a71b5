import type { Model } from '../models/architectures.js';
import { targetRows } from '../models/encoderDecoder.js';
import type { TokenizedExample } from '../protocol/dataset.js';
import type { Executor, Feeds, GraphOutputs } from '../runtime/executor.js';
import { batchFeeds, openMethod, targetFeeds, trainingGraph } from './causalGraph.js';
import { classTargetFeeds, maskedFeeds, maskedText, maskedTrainingGraph } from './maskedGraph.js';
import type { Method } from './method.js';
import { pairFeeds, pairTrainingGraph } from './pairGraph.js';

/** A method's loss and gradients on a model of any kind, from examples. */

/** An example with the number of its label, where it has one. */
export type LossExample = Pick<TokenizedExample, 'inputIds' | 'targetIds'> & { readonly label?: number };

export function openLoss(
  open: (graph: GraphOutputs) => Promise<Executor>,
  model: Model,
  method: Method,
): Promise<Executor> {
  switch (model.kind) {
    case 'causal':
      return openMethod(open, method, (beginning) => trainingGraph(model, method, beginning));
    case 'encoderDecoder':
      return open(pairTrainingGraph(model, method));
    case 'masked':
      return open(maskedTrainingGraph(model, method));
  }
}

/** Over how many answers of an example the loss is the mean: its target's tokens, or its one class. */
export const lossTerms = ({ classes }: Pick<Method, 'classes'>, { targetIds }: LossExample): number =>
  classes === undefined ? targetIds.length : 1;

/** Feeds of a batch, the parameters left to the caller; `weight` is one answer's share of the loss. */
export function lossFeeds(model: Model, method: Method, examples: readonly LossExample[], weight: number): Feeds {
  const targets = targetFeeds(
    examples.flatMap((e) => e.targetIds),
    weight,
  );
  switch (model.kind) {
    case 'causal': {
      const sequences = examples.map(({ inputIds, targetIds }) => ({
        // The last target token predicts nothing: its row is left out.
        ids: [...inputIds, ...targetIds.slice(0, -1)],
        labelRows: Array.from({ length: targetIds.length }, (_, i) => inputIds.length - 1 + i),
      }));
      return { ...batchFeeds(model, method, sequences), ...targets };
    }
    case 'encoderDecoder': {
      const pairs = examples.map(({ inputIds, targetIds }) => ({
        ids: inputIds,
        decoder: targetRows(model, targetIds),
      }));
      return { ...pairFeeds(model, method, pairs), ...targets };
    }
    case 'masked': {
      const texts = examples.map((e) => maskedText(e.inputIds, lossTerms(method, e)));
      const chosen =
        method.classes === undefined
          ? targets
          : classTargetFeeds(
              examples.map(({ label = 0 }) => label),
              method.classes,
              weight,
            );
      return { ...maskedFeeds(model, method, texts), ...chosen };
    }
  }
}
