import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import type { CausalModel, Prefix } from '../models/causalModel.js';
import { hidden } from '../models/headBlocks.js';
import { withMembers } from '../models/rowLayout.js';
import type { Feeds, Tensor } from '../runtime/executor.js';

/**
 * Keys and values that were computed before, in front of the rows of every member: the prompts of an ensemble, or the beams of a search.
 * Each block's lie ready to be fed, [key/value heads, members, capacity, head size], of which member m has the first `lengths[m]`; the
 * others are masked, so that rows can be added in place.
 */
export interface KeyValueCache {
  readonly capacity: number;
  readonly lengths: readonly number[];
  /** One of each block. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** A member's keys and values as a method keeps them, [n, 2 · layers · key/value heads · head size]; none where there are none. */
export type KeyValueRows = Tensor<Float32Array> | undefined;

const rowCount = (rows: KeyValueRows): number => rows?.shape[0] ?? 0;

/** The members' keys and values, with room for `room` more of each. At least one place, as products over none are not to be trusted. */
export function cacheOf(
  { heads, numLayers }: Pick<CausalModel, 'heads' | 'numLayers'>,
  members: readonly KeyValueRows[],
  room = 0,
): KeyValueCache {
  const { numKeyValueHeads: kv, headDim: size } = heads;
  const capacity = Math.max(1, ...members.map(rowCount)) + room;
  const blocks = (): Float32Array[] =>
    Array.from({ length: numLayers }, () => new Float32Array(kv * members.length * capacity * size));
  const cache = { capacity, lengths: members.map(() => 0), keys: blocks(), values: blocks() };
  members.forEach((rows, member) => rows && writeRows(cache, heads, member, rows));
  return { ...cache, lengths: members.map(rowCount) };
}

/** The cache with each member's next rows [n, width], written in place; there must be room for them. */
export function appended(
  cache: KeyValueCache,
  heads: CausalModel['heads'],
  rows: readonly Tensor<Float32Array>[],
): KeyValueCache {
  rows.forEach((own, member) => writeRows(cache, heads, member, own));
  return { ...cache, lengths: cache.lengths.map((length, member) => length + rowCount(rows[member])) };
}

function writeRows(
  { capacity, lengths, keys, values }: KeyValueCache,
  { numKeyValueHeads: kv, headDim: size }: CausalModel['heads'],
  member: number,
  { data, shape: [count = 0, width = 0] }: Tensor<Float32Array>,
): void {
  const first = defined(lengths[member], 'a member');
  const rowsOf = (layer: number): (Float32Array | undefined)[] => [keys[layer], values[layer]];
  for (let layer = 0; layer < keys.length; layer++)
    rowsOf(layer).forEach((block, part) => {
      for (let head = 0; head < kv; head++)
        for (let i = 0; i < count; i++) {
          const from = i * width + ((2 * layer + part) * kv + head) * size;
          const to = ((head * lengths.length + member) * capacity + first + i) * size;
          block?.set(data.subarray(from, from + size), to);
        }
    });
}

/** A new cache whose members are copies of this one's, by their numbers, with another capacity. */
export function selected(
  { capacity: oldCapacity, lengths, keys, values }: KeyValueCache,
  { numKeyValueHeads: kv, headDim: size }: CausalModel['heads'],
  members: readonly number[],
  capacity: number,
): KeyValueCache {
  const copied = Math.min(oldCapacity, capacity) * size;
  const copy = (block: Float32Array): Float32Array => {
    const result = new Float32Array(kv * members.length * capacity * size);
    for (let head = 0; head < kv; head++)
      members.forEach((member, m) => {
        const from = (head * lengths.length + member) * oldCapacity * size;
        result.set(block.subarray(from, from + copied), (head * members.length + m) * capacity * size);
      });
    return result;
  };
  return {
    capacity,
    lengths: members.map((member) => defined(lengths[member], 'a member')),
    keys: keys.map(copy),
    values: values.map(copy),
  };
}

const inputName = (part: 'key' | 'value', layer: number): string => `cached.${part}.${layer}`;

/** The cache in a graph: the blocks' prefixes. */
export function declareCache(build: Builder, { heads, numLayers }: Pick<CausalModel, 'heads' | 'numLayers'>): Prefix[] {
  const shape = [heads.numKeyValueHeads, withMembers, 'cached', heads.headDim];
  return Array.from({ length: numLayers }, (_, layer) => ({
    key: build.input(inputName('key', layer), shape, 'float'),
    value: build.input(inputName('value', layer), shape, 'float'),
  }));
}

/** Feeds of `declareCache` and of the layout's mask. */
export function cacheFeeds(
  { capacity, lengths, keys, values }: KeyValueCache,
  { numKeyValueHeads: kv, headDim: size }: CausalModel['heads'],
): Feeds {
  const shape = [kv, lengths.length, capacity, size];
  const mask = Float32Array.from({ length: lengths.length * capacity }, (_, i) =>
    i % capacity < defined(lengths[Math.floor(i / capacity)], 'a member') ? 0 : hidden,
  );
  return {
    ...Object.fromEntries(keys.map((data, layer) => [inputName('key', layer), { data, shape }])),
    ...Object.fromEntries(values.map((data, layer) => [inputName('value', layer), { data, shape }])),
    prefixMask: { data: mask, shape: [lengths.length, 1, capacity] },
  };
}
