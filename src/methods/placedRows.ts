import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import { multiplyDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Sequence } from '../models/rowLayout.js';
import { intVector, type Feeds, type Tensor } from '../runtime/executor.js';
import type { Method } from './method.js';

/**
 * Virtual tokens anywhere in the sequences: every row of the packed batch is picked from the real tokens' embeddings and one copy of the
 * virtual tokens for each sequence. The prompt's gradient is then a gather by position, [batch, P, hidden], summed over the batch.
 */

/**
 * virtual [P, hidden], or [prompts, P, hidden] of which every sequence reads its own, → rows [tokens, hidden]. The copies of the sequences'
 * own prompts are a product with a one-hot matrix, so that their gradient sums in a fixed order.
 */
export function placedRows(build: Builder, model: CausalModel, virtual: Value): Value {
  const [count, hidden] = virtual.shape.slice(-2) as [Dim, number];
  const words = build.gather(model.embeddings(build), build.input('ids', ['words']));
  const copies = ['batch', count, hidden];
  const index = build.input('placed.index', ['tokens']);
  const inverses = [build.input('placed.words', ['words']), build.input('placed.virtual', ['batch', count])];
  return build.pack(
    [words, virtual.shape.length === 2 ? build.expand(virtual, copies) : ownPrompts()],
    index,
    inverses,
    {
      zeros: false,
      partial: true,
    },
  );

  function ownPrompts(): Value {
    const prompts = defined(virtual.shape[0], 'prompts');
    const chosen = build.input('placed.prompts', ['batch', prompts], 'float');
    const width = multiplyDims(count, hidden);
    return build.reshape(build.gemm(chosen, build.reshape(virtual, [prompts, width])), copies);
  }
}

/** Feeds of `placedRows`; each sequence uses every virtual token of its prompt at most once. */
export function placedRowFeeds(
  sequences: readonly Sequence[],
  { virtualTokens: count, prompts }: Pick<Method, 'virtualTokens' | 'prompts'>,
): Feeds {
  const words = sequences.flatMap((s) => s.ids.filter((id) => id >= 0));
  const rows = sequences.reduce((sum, s) => sum + s.ids.length, 0);
  const index: number[] = [];
  const wordRows: number[] = [];
  const virtualRows = new Int32Array(sequences.length * count).fill(rows);
  sequences.forEach((sequence, b) => {
    for (const id of sequence.ids) {
      const row = index.length;
      const copy = b * count - 1 - id;
      if (id < 0) virtualRows[copy] = row;
      index.push(id < 0 ? words.length + copy : wordRows.push(row) - 1);
    }
  });
  return {
    ids: intVector(words),
    'placed.index': intVector(index),
    'placed.words': intVector(wordRows),
    'placed.virtual': { data: virtualRows, shape: [sequences.length, count] },
    ...(prompts !== undefined && { 'placed.prompts': oneHot(sequences, prompts) }),
  };
}

function oneHot(sequences: readonly Sequence[], prompts: number): Tensor {
  const data = new Float32Array(sequences.length * prompts);
  sequences.forEach(({ prompt = 0 }, b) => (data[b * prompts + prompt] = 1));
  return { data, shape: [sequences.length, prompts] };
}
