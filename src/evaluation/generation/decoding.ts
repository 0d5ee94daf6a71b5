import { defined } from '../../common/assert.js';
import { newKeysAndValues } from '../../methods/cachedGraph.js';
import { appended, selected, type KeyValueCache } from '../../methods/keyValueCache.js';
import type { HeadShape } from '../../models/rowLayout.js';
import type { Executor, Tensor } from '../../runtime/executor.js';

/** A token behind one of the texts under way, by its number. */
export interface Step {
  readonly parent: number;
  readonly id: number;
}

/** Texts under way that began alike: the beams of a search, or a single one. */
export interface Decoding {
  /** What each text's next token may be: logits [vocabulary]. */
  readonly next: readonly Float32Array[];
  /** Goes on with the texts that these tokens make; what came before may no longer be used. */
  append(steps: readonly Step[]): Promise<Decoding>;
}

/** A prompt, or the bare model, ready to go on with texts again and again. */
export interface Decoder {
  /** Begins with a text, the prompt's virtual tokens among its ids where the template places them. */
  begin(ids: readonly number[]): Promise<Decoding>;
  dispose(): Promise<void>;
}

/** A cache grows by so many places at once, which are masked until they are used. */
export const room = 64;

/** The cache of the texts that go on, in their order, with a place for the next row. */
export function withRoom(cache: KeyValueCache, heads: HeadShape, parents: readonly number[]): KeyValueCache {
  const isFull = Math.max(...cache.lengths) === cache.capacity;
  const isReordered = parents.length !== cache.lengths.length || parents.some((parent, i) => parent !== i);
  const capacity = cache.capacity + (isFull ? room : 0);
  return isFull || isReordered ? selected(cache, heads, parents, capacity) : cache;
}

/** The cache with the one row of each text that a run has made. */
export const appendedRows = (
  cache: KeyValueCache,
  heads: HeadShape,
  made: Awaited<ReturnType<Executor['run']>>,
): KeyValueCache =>
  appended(
    cache,
    heads,
    rowsOf(defined(made[newKeysAndValues], newKeysAndValues)).map((data) => ({ data, shape: [1, data.length] })),
  );

/** A matrix row by row. */
export function rowsOf({ data, shape: [count = 0, width = 0] }: Tensor<Float32Array>): Float32Array[] {
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
