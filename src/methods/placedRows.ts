import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Sequence } from '../models/rowLayout.js';
import { intVector, type Feeds } from '../runtime/executor.js';

/**
 * Virtual tokens anywhere in the sequences: every row of the packed batch is picked from the real tokens' embeddings and one copy of the
 * virtual tokens for each sequence. The prompt's gradient is then a gather by position, [batch, P, hidden], summed over the batch.
 */

/** How virtual token j is written among a sequence's ids. */
export const virtualToken = (j: number): number => -1 - j;

/** virtual [P, hidden] → rows [tokens, hidden]. */
export function placedRows(build: Builder, model: CausalModel, virtual: Value): Value {
  const [count, hidden] = [defined(virtual.shape[0], 'P'), defined(virtual.shape[1], 'hidden')];
  const words = build.gather(model.embeddings(build), build.input('ids', ['words']));
  const copies = build.expand(virtual, ['batch', count, hidden]);
  const index = build.input('placed.index', ['tokens']);
  const inverses = [build.input('placed.words', ['words']), build.input('placed.virtual', ['batch', count])];
  return build.pack([words, copies], index, inverses, { zeros: false, partial: true });
}

/** Feeds of `placedRows` for `count` virtual tokens, of which each sequence uses every one at most once. */
export function placedRowFeeds(sequences: readonly Sequence[], count: number): Feeds {
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
  };
}
