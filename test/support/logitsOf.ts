import { defined } from '../../src/common/assert.js';
import { batchFeeds, logitsGraph, openMethod } from '../../src/methods/causalGraph.js';
import type { Method } from '../../src/methods/method.js';
import type { CausalModel } from '../../src/models/causalModel.js';
import type { Sequence } from '../../src/models/rowLayout.js';
import type { Executor, GraphOutputs, Tensor } from '../../src/runtime/executor.js';

/** A model with what runs its graphs. */
export interface RunnableModel {
  readonly model: CausalModel;
  open(graph: GraphOutputs): Promise<Executor>;
}

/** Logits [label rows, vocabulary] of sequences, all in one packed batch, with the values of a method's parameters. */
export async function logitsOf(
  { model, open }: RunnableModel,
  method: Method,
  values: Readonly<Record<string, Tensor<Float32Array>>>,
  sequences: readonly Sequence[],
): Promise<Float32Array> {
  const session = await openMethod(open, method, (beginning) => logitsGraph(model, method, beginning));
  try {
    const found = await session.run({ ...batchFeeds(model, method, sequences), ...values });
    return defined(found.logits, 'logits').data;
  } finally {
    await session.dispose();
  }
}

/** A text whose logits are wanted at every position from `first` on. */
export const everyPosition = (ids: readonly number[], first = 0): Sequence => ({
  ids,
  labelRows: Array.from({ length: ids.length - first }, (_, i) => first + i),
});
