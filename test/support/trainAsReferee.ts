import { defined } from '../../src/common/assert.js';
import { batchFeeds, gradientName, targetFeeds } from '../../src/methods/causalGraph.js';
import { lossFeeds, openLoss } from '../../src/methods/lossGraph.js';
import type { Method } from '../../src/methods/method.js';
import type { Model } from '../../src/models/architectures.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import type { Executor, Feeds, GraphOutputs, Tensor } from '../../src/runtime/executor.js';
import { optimizers } from '../../src/training/optimizers/optimizer.js';

/** A batch as the referee reads it: −100 where a token is not scored. */
export interface RefereeBatch {
  readonly input_ids: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
}
const notScored = -100;

/** Rows without what stands behind the last scored token, which changes nothing, and the scored tokens. */
export function labelled({ input_ids, labels }: RefereeBatch): { sequences: Sequence[]; targets: number[] } {
  const sequences = input_ids.map((ids, i) => {
    const scored = [...ids.keys()].filter((j) => j > 0 && defined(labels[i], 'labels')[j] !== notScored);
    return { ids: ids.slice(0, scored.at(-1)), labelRows: scored.map((j) => j - 1) };
  });
  return { sequences, targets: labels.flatMap((row) => row.filter((token, j) => j > 0 && token !== notScored)) };
}

export interface RefereeStep {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Of the whole step, with the optimiser. */
  readonly ms: number;
}

/**
 * Trains as the referee's `peft_train.py` does: batches in turn, the mean over scored tokens, no weight decay. `values` is changed in place.
 */
export async function* trainAsReferee({
  model,
  method,
  values,
  batches,
  optimizer,
  learningRate,
  steps,
  open,
}: {
  model: Model;
  method: Method;
  values: ReadonlyMap<string, Tensor<Float32Array>>;
  batches: readonly RefereeBatch[];
  optimizer: keyof typeof optimizers;
  learningRate: number;
  steps: number;
  open: (graph: GraphOutputs) => Promise<Executor>;
}): AsyncGenerator<RefereeStep> {
  const parameters = method.parameters.map(({ name, shape }) => ({
    name,
    trained: defined(values.get(name), name),
    optimizer: optimizers[optimizer](shape, { weightDecay: 0 }),
  }));
  const feeds = Object.fromEntries(values);
  const session = await openLoss(open, model, method);
  try {
    for (let step = 1; step <= steps; step++) {
      const start = performance.now();
      const batch = defined(batches[(step - 1) % batches.length], 'a batch');
      const result = await session.run({ ...refereeFeeds(model, method, batch), ...feeds });
      const gradients = new Map(
        parameters.map(({ name }) => [name, defined(result[gradientName(name)], name).data] as const),
      );
      for (const p of parameters)
        p.optimizer.step(p.trained, defined(gradients.get(p.name), p.name), { step, learningRate });
      yield { loss: defined(result.loss?.data[0], 'the loss'), gradients, ms: performance.now() - start };
    }
  } finally {
    await session.dispose();
  }
}

/** Of an encoder-decoder every label is scored, and stands apart from the input. */
function refereeFeeds(model: Model, method: Method, batch: RefereeBatch): Feeds {
  if (model.kind === 'causal') {
    const { sequences, targets } = labelled(batch);
    return { ...batchFeeds(model, method, sequences), ...targetFeeds(targets, 1 / targets.length) };
  }
  const { input_ids, labels } = batch;
  const pairs = input_ids.map((inputIds, i) => ({ inputIds, targetIds: defined(labels[i], 'labels') }));
  return lossFeeds(model, method, pairs, 1 / labels.flat().length);
}

/** Copies that training may change. */
export const copied = (
  values: ReadonlyMap<string, Tensor<Float32Array>>,
): Map<string, Tensor<Float32Array> & { data: Float32Array }> =>
  new Map([...values].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
