import type { Tensor } from '../../runtime/executor.js';

/** How distances share their biases. */
export interface Buckets {
  readonly count: number;
  /** From this distance on all are one. */
  readonly maxDistance: number;
}

/**
 * The bucket of a key that stands `distance` rows behind its query (Raffel et al. 2020 §2.1): half of them for single distances, the others for
 * ranges that grow as powers; in both directions, or, of a decoder, backwards alone. In single precision, as transformers computes it, since
 * ranges end at whole numbers.
 */
export function bucketOf(distance: number, { count, maxDistance }: Buckets, bidirectional: boolean): number {
  const own = bidirectional ? Math.floor(count / 2) : count;
  const first = bidirectional && distance > 0 ? own : 0;
  const length = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const single = Math.floor(own / 2);
  if (length < single) return first + length;
  const share = Math.fround(Math.fround(Math.log(length / single)) / Math.fround(Math.log(maxDistance / single)));
  return first + Math.min(own - 1, single + Math.floor(Math.fround(share * (own - single))));
}

/**
 * Where the bias of every query on every key stands in the table [buckets, heads] seen as one row: [heads, batch, queries, keys], from the
 * positions of each sequence's queries and keys. Padding reads the first.
 */
export function biasIndices(
  heads: number,
  batch: readonly { readonly queries: readonly number[]; readonly keys: readonly number[] }[],
  bucket: (distance: number) => number,
): Tensor<Int32Array> {
  const queries = Math.max(...batch.map((b) => b.queries.length));
  const keys = Math.max(...batch.map((b) => b.keys.length));
  const data = new Int32Array(heads * batch.length * queries * keys);
  batch.forEach((sequence, b) =>
    sequence.queries.forEach((query, i) =>
      sequence.keys.forEach((key, j) => {
        const row = bucket(key - query) * heads;
        for (let head = 0; head < heads; head++)
          data[((head * batch.length + b) * queries + i) * keys + j] = row + head;
      }),
    ),
  );
  return { data, shape: [heads, batch.length, queries, keys] };
}
