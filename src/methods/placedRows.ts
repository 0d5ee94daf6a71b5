import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import { multiplyDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Sequence } from '../models/rowLayout.js';
import { virtualToken } from '../protocol/dataset.js';
import { intVector, type Feeds, type Tensor } from '../runtime/executor.js';
import type { Method } from './method.js';

/**
 * Virtual tokens anywhere in the sequences: every row of the packed batch is picked from the real tokens' embeddings and one copy of the
 * virtual tokens for each sequence. The prompt's gradient is then a gather by position, [batch, P, hidden], summed over the batch.
 */

/** Rows [tokens, hidden] of the fed words and of the sequences' copies of their virtual tokens [..., P, hidden]. */
export function placedRows(build: Builder, model: Pick<CausalModel, 'embeddings'>, copies: Value): Value {
  const words = build.gather(model.embeddings(build), build.input('ids', ['words']));
  const index = build.input('placed.index', ['tokens']);
  const inverses = [build.input('placed.words', ['words']), build.input('placed.virtual', copies.shape.slice(0, -1))];
  return build.pack([words, copies], index, inverses, { zeros: false, partial: true });
}

/**
 * A copy for each sequence [batch, P, hidden] of virtual [P, hidden], or of [prompts, P, hidden], of which every sequence reads its own. The
 * copies of the sequences' own prompts are a product with a one-hot matrix, so that their gradient sums in a fixed order.
 */
export function sequenceCopies(build: Builder, virtual: Value): Value {
  const [count, hidden] = virtual.shape.slice(-2) as [Dim, number];
  const copies = ['batch', count, hidden];
  if (virtual.shape.length === 2) return build.expand(virtual, copies);
  const prompts = defined(virtual.shape[0], 'prompts');
  const chosen = build.input('placed.prompts', ['batch', prompts], 'float');
  const width = multiplyDims(count, hidden);
  return build.reshape(build.gemm(chosen, build.reshape(virtual, [prompts, width])), copies);
}

/** A copy for each sequence of every member [members, batch, P, hidden] of virtual [members, P, hidden]. */
export function memberCopies(build: Builder, virtual: Value): Value {
  const [members, count, hidden] = virtual.shape as [Dim, Dim, Dim];
  return build.expand(build.reshape(virtual, [members, 1, count, hidden]), [members, 'batch', count, hidden]);
}

/** Feeds of `placedRows`, whose copies are of `batches` and P; each sequence uses every virtual token of its prompt at most once. */
export function placedRowFeeds(
  sequences: readonly Pick<Sequence, 'ids'>[],
  count: number,
  batches: readonly number[] = [sequences.length],
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
    'placed.virtual': { data: virtualRows, shape: [...batches, count] },
  };
}

/** Virtual tokens stand in front of a text that does not place them; a method that has none there reads the words alone. */
export function withVirtualTokens(
  { entry, virtualTokens }: Pick<Method, 'entry' | 'virtualTokens'>,
  ids: readonly number[],
): readonly number[] {
  const placed = ids.some((id) => id < 0);
  if (placed === (entry === 'anywhere')) return ids;
  return placed
    ? ids.filter((id) => id >= 0)
    : [...Array.from({ length: virtualTokens }, (_, i) => virtualToken(i)), ...ids];
}

/** Which prompt each sequence reads, where there are several. */
export function promptFeeds(
  sequences: readonly Pick<Sequence, 'prompt'>[],
  { prompts }: Pick<Method, 'prompts'>,
): Feeds {
  return prompts === undefined ? {} : { 'placed.prompts': oneHot(sequences, prompts) };
}

function oneHot(sequences: readonly Pick<Sequence, 'prompt'>[], prompts: number): Tensor {
  const data = new Float32Array(sequences.length * prompts);
  sequences.forEach(({ prompt = 0 }, b) => (data[b * prompts + prompt] = 1));
  return { data, shape: [sequences.length, prompts] };
}
