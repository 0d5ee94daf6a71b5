import { assert, defined } from '../common/assert.js';
import { intVector, type Feeds, type Tensor } from '../runtime/executor.js';
import { openKeys, rowPositions } from './branches.js';
import { headBlock, hidden, inverseOf, type IndexBlock } from './headBlocks.js';
import type { HeadShape, Sequence, SharedPlan } from './rowLayout.js';

/** What a batch of sequences feeds to the layout that `declareRowLayout` declares. */

const causalMask = (group: number, length: number, prefix: number): Tensor => {
  const width = prefix + length;
  const data = Float32Array.from({ length: group * length * width }, (_, i) =>
    i % width <= prefix + (Math.floor(i / width) % length) ? 0 : hidden,
  );
  return { data, shape: [group * length, width] };
};

/** How many tokens all sequences begin with alike; at least one token of each, and every label row and branch, stays behind them. */
export function sharedBeginning(sequences: readonly Sequence[]): number {
  const [first, ...others] = sequences;
  if (!first) return 0;
  const limit = Math.min(
    ...sequences.map((s) => Math.min(s.ids.length - 1, s.labelRows[0] ?? Infinity, s.branches?.[0] ?? Infinity)),
  );
  for (let i = 0; i < limit; i++) if (others.some((s) => s.ids[i] !== first.ids[i])) return i;
  return limit;
}

/** The sequences without their first tokens. */
export const withoutBeginning = (sequences: readonly Sequence[], count: number): Sequence[] =>
  sequences.map(({ ids, labelRows, branches }) => ({
    ids: ids.slice(count),
    labelRows: labelRows.map((row) => row - count),
    ...(branches && { branches: branches.map((start) => start - count) }),
  }));

/** A batch laid out: the feeds of `declareRowLayout`, the token ids, and the position of every row. */
export interface PackedBatch {
  readonly feeds: Feeds;
  readonly ids: Int32Array;
  /** [front + tokens]; the front counts on from the prefix, tokens from the front. */
  readonly positions: Int32Array;
}

/** A batch that stands once for each of several members: how many of their prefix's keys and values each one has. */
export interface MembersPlan {
  readonly members: readonly number[];
  /** Whether the sequences are the members' own, one of each, instead of the same for all. */
  readonly own?: boolean;
}

/** Lays out a batch of sequences, none of them empty. Only behind members they may branch. */
export function packBatch(
  heads: HeadShape,
  plan: SharedPlan<number> | MembersPlan,
  eachSequence: readonly Sequence[],
): PackedBatch {
  const { numHeads, numKeyValueHeads: kv } = heads;
  const group = numHeads / kv;
  const { front: frontRows, prefix } = 'members' in plan ? { front: 0, prefix: 0 } : plan;
  const prefixes = 'members' in plan ? plan.members : [prefix];
  const branching = 'members' in plan;
  const own = branching && plan.own === true;
  assert(!own || prefixes.length === eachSequence.length, 'a sequence of each member');
  const each = own ? 1 : eachSequence.length;
  const sequences = own ? eachSequence : prefixes.flatMap(() => eachSequence);
  const batch = sequences.length;
  const length = Math.max(...sequences.map((s) => s.ids.length));
  const queries = Math.max(1, ...sequences.map((s) => s.labelRows.length));
  const ids = Int32Array.from(sequences.flatMap((s) => s.ids));
  const rows = frontRows + ids.length;
  assert(batch > 0 && sequences.every((s) => s.ids.length > 0), 'a batch of sequences that are not empty');
  assert(
    sequences.every((s) => s.labelRows.every((row) => row >= 0 && row < s.ids.length)),
    'label rows inside their sequences',
  );

  /** Row of (sequence, place), or undefined for padding. */
  const starts: number[] = [];
  let next = frontRows;
  for (const s of sequences) {
    starts.push(next);
    next += s.ids.length;
  }
  const tokenRow = (b: number, i: number): number | undefined =>
    i < defined(sequences[b], 'a sequence').ids.length ? defined(starts[b], 'a start') + i : undefined;

  const labelRows = sequences.flatMap((s, b) => s.labelRows.map((i) => defined(tokenRow(b, i), 'a label row')));
  const labelInverse = new Int32Array(rows).fill(labelRows.length);
  labelRows.forEach((row, u) => (labelInverse[row] = u));
  const labelStarts: number[] = [];
  let nextLabel = 0;
  for (const s of sequences) {
    labelStarts.push(nextLabel);
    nextLabel += s.labelRows.length;
  }
  const labelRow = (b: number, i: number): number | undefined =>
    i < defined(sequences[b], 'a sequence').labelRows.length ? defined(labelStarts[b], 'a start') + i : undefined;

  const positions = new Int32Array(rows);
  for (let i = 0; i < frontRows; i++) positions[i] = prefix + i;
  sequences.forEach((s, b) => {
    const start = defined(starts[b], 'a start');
    const before = defined(prefixes[Math.floor(b / each)], 'a prefix') + frontRows;
    rowPositions(s).forEach((position, i) => (positions[start + i] = before + position));
  });

  assert(branching || eachSequence.every((s) => !s.branches), 'branches in a graph without them');
  const masks = branching ? eachSequence.length : 1;
  const masked = own ? [eachSequence.length, 1] : [masks];
  const mask = new Float32Array(masks * group * length * length).fill(hidden);
  const longest = { ids: new Array<number>(length), labelRows: [] };
  for (let b = 0, at = 0; b < masks; b++) {
    const s = branching ? defined(eachSequence[b], 'a sequence') : longest;
    for (let g = 0; g < group; g++) for (let i = 0; i < length; i++, at += length) openKeys(mask, at, s, i);
  }
  const labelMask = new Float32Array(eachSequence.length * group * queries * length).fill(hidden);
  eachSequence.forEach((s, b) => {
    for (let g = 0; g < group; g++)
      for (let q = 0; q < queries; q++)
        openKeys(labelMask, ((b * group + g) * queries + q) * length, s, s.labelRows[q] ?? 0);
  });

  const front = (perRow: number, perHead: number): Tensor[] => [
    headBlock(kv, perHead, [1], frontRows, perRow, rows, (_, i) => i).index,
  ];
  const batches = branching ? [prefixes.length, each] : [each];
  const queryBlock = headBlock(kv, group, batches, length, numHeads, rows, tokenRow);
  const keyBlock = headBlock(kv, 1, batches, length, kv, rows, tokenRow);
  const labelBlock = headBlock(kv, group, batches, queries, numHeads, labelRows.length, labelRow);
  const feeds: Record<string, Tensor> = {
    'labelQueries.index': labelBlock.index,
    'labelQueries.zeroIndex': labelBlock.zeroIndex,
    'labelQueries.inverse': inverseOf([labelBlock.zeroIndex], labelRows.length * numHeads),
    mask: { data: mask, shape: [...masked, group * length, length] },
    labelMask: { data: labelMask, shape: [...(own ? masked : [each]), group * queries, length] },
    labelRows: intVector(labelRows),
    labelInverse: intVector(labelInverse),
    frontMask: causalMask(group, frontRows, prefix),
  };
  const addBlocks = (name: string, block: IndexBlock, frontIndex: Tensor[], perRow: number): void => {
    feeds[`${name}.index`] = block.index;
    feeds[`${name}.zeroIndex`] = block.zeroIndex;
    feeds[`${name}.inverse`] = inverseOf([...frontIndex, block.zeroIndex], rows * perRow);
    if (frontIndex[0]) feeds[`${name}.front`] = squeezeBatch(frontIndex[0]);
  };
  addBlocks('queries', queryBlock, front(numHeads, group), numHeads);
  addBlocks('keys', keyBlock, front(kv, 1), kv);
  return { feeds, ids, positions };
}

const squeezeBatch = ({ data, shape }: Tensor): Tensor => ({ data, shape: shape.filter((_, axis) => axis !== 1) });
