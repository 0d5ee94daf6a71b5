import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import { multiplyDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { Prefix } from './causalModel.js';
import type { HeadShape, RowLayout } from './rowLayout.js';

/**
 * Self-attention over packed rows (Vaswani et al. 2017, eq. 1), causal or not as the masks say, in front of which stand keys and values that
 * all sequences share.
 * The shared states depend on nothing behind them, so they are computed once, and every sequence attends to the same ones: their
 * scores are one product [group · batch · length, head size] × [head size, front] per key/value head, joined with the sequence's own for one
 * softmax; the gradient of the shared keys and values is summed over the batch inside that product.
 *
 * query: [rows, heads · size], already scaled by 1/√size; key and value: [rows, key/value heads · size].
 * With `labelsOnly`, query holds the label rows alone. A prefix's keys and values stand in front of all others; it has no rows. Members have one
 * each, and share none: an axis more.
 * Returns rows [query rows, heads · size].
 */
export function selfAttention(
  build: Builder,
  heads: HeadShape,
  layout: RowLayout,
  {
    query,
    key,
    value,
    labelsOnly,
    prefix,
  }: { query: Value; key: Value; value: Value; labelsOnly: boolean; prefix: Prefix | undefined },
): Value {
  const { numHeads, numKeyValueHeads, headDim } = heads;
  const queryBlocks = labelsOnly ? layout.labelQueries : layout.queries;
  const whole = { zeros: false, partial: false };
  const toBlocks = (x: Value, count: number, blocks: RowLayout['keys']): readonly Value[] =>
    build.unpack(build.splitHeads(x, count, headDim), blocks.indices, blocks.inverse, whole);

  const q = toBlocks(query, numHeads, queryBlocks);
  const k = toBlocks(key, numKeyValueHeads, layout.keys);
  const v = toBlocks(value, numKeyValueHeads, layout.keys);
  const [ownQuery, ownKey, ownValue] = [q, k, v].map((blocks) => defined(blocks.at(-1), 'a block'));
  const hasFront = layout.frontMask !== undefined;
  const before = (ofPrefix: Value | undefined, blocks: readonly Value[]): Value | undefined => {
    const ofRows = hasFront ? blocks[0] : undefined;
    return ofPrefix && ofRows ? build.concat([ofPrefix, ofRows], 1) : (ofPrefix ?? ofRows);
  };
  const [frontKey, frontValue] = [before(prefix?.key, k), before(prefix?.value, v)];
  const own = attendWithFront(build, {
    query: defined(ownQuery, 'queries'),
    key: defined(ownKey, 'keys'),
    value: defined(ownValue, 'values'),
    mask: labelsOnly ? layout.labelMask : layout.mask,
    front: frontKey && frontValue && { key: frontKey, value: frontValue, mask: layout.prefixMask },
  });
  const blocks = [own];
  if (hasFront && !labelsOnly) {
    const scores = build.add(
      build.matMul(defined(q[0], 'queries'), defined(frontKey, 'keys'), { transB: true }),
      defined(layout.frontMask, 'a mask'),
    );
    blocks.unshift(build.matMul(build.softmax(scores), defined(frontValue, 'values')));
  }
  const rows = build.pack(blocks, queryBlocks.inverse, queryBlocks.zeroIndices, { zeros: false, partial: true });
  return build.reshape(rows, [query.shape[0] as Dim, numHeads * headDim]);
}

/**
 * query [kv, …, batch, n, size], key and value [kv, …, batch, length, size], in front of which stand keys and values [kv, …, front, size] that
 * all sequences share; mask [·, n, length], the front's mask [members, 1, front] and bias [kv, …, batch, n, front], where … is nothing or members.
 */
export function attendWithFront(
  build: Builder,
  block: {
    query: Value;
    key: Value;
    value: Value;
    mask: Value;
    front: { key: Value; value: Value; mask?: Value | undefined; bias?: Value } | undefined;
  },
): Value {
  const { query, key, value, mask, front: before } = block;
  const scores = build.add(build.matMul(query, key, { transB: true }), mask);
  if (!before) return build.matMul(build.softmax(scores), value);

  const [batch, n, size] = query.shape.slice(-3) as [Dim, Dim, number];
  const lead = query.shape.slice(0, -3);
  const last = query.shape.length - 1;
  const [front, length] = [before.key.shape.at(-2) as Dim, key.shape.at(-2) as Dim];
  const joined = multiplyDims(batch, n);
  const products = build.matMul(build.reshape(query, [...lead, joined, size]), before.key, { transB: true });
  const masked = before.mask ? build.add(products, before.mask) : products;
  const apart = build.reshape(masked, [...lead, batch, n, front]);
  const frontScores = before.bias ? build.add(apart, before.bias) : apart;
  const weights = build.softmax(build.concat([frontScores, scores], last));
  const [frontWeights, ownWeights] = build.split(weights, [front, length], last);
  const fromFront = build.matMul(
    build.reshape(defined(frontWeights, 'weights'), [...lead, joined, front]),
    before.value,
  );
  return build.add(build.matMul(defined(ownWeights, 'weights'), value), build.reshape(fromFront, query.shape));
}
