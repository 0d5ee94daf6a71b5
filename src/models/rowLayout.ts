import { defined } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import { addDims, multiplyDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';

/**
 * How a batch lies in memory. Hidden states are packed rows [front + tokens, width]: first the rows that every sequence begins with (a
 * prompt, and what the texts have in common), then the other tokens of all sequences without padding, so that linear layers, norms and activations see no padding at all.
 * Attention alone works on padded blocks per key/value head: [key/value heads, batch, group · length, head size]; the index that pads
 * rows also moves heads to the front, so neither a transpose nor a repeat of grouped queries is needed.
 * The last block's queries are the label rows only: [key/value heads, batch, group · queries, head size].
 * With members, the batch is there once for each, member by member, behind keys and values of its own: [key/value heads, members, batch, …];
 * or each member has sequences of its own, as many as any other.
 *
 * Symbols: tokens (rows behind the front), batch, length (longest sequence), labels (label rows), queries (most label rows of one sequence),
 * members, cached (keys and values in front of each member's rows).
 */
export interface HeadShape {
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
}

/** One sequence of a batch. */
export interface Sequence {
  /** Token ids of the rows; rows are counted from 0, front rows not included. */
  readonly ids: readonly number[];
  /** Rows whose logits are wanted, ascending. */
  readonly labelRows: readonly number[];
  /**
   * Where alternative continuations begin. Rows before the first are shared by all; a continuation sees them and itself, and its
   * positions go on from theirs.
   */
  readonly branches?: readonly number[];
  /** Which of several prompts it reads; 0 unless told. */
  readonly prompt?: number;
}

/** Which rows stand where in the blocks of attention, as graph values. */
export interface HeadBlocks {
  /** Reading rows into blocks, the front's block first; padding reads row 0, which no gradient reaches. */
  readonly indices: readonly Value[];
  /** The same where padding reads zeros: for gradients. */
  readonly zeroIndices: readonly Value[];
  /** Where each row · head stands in the blocks. */
  readonly inverse: Value;
}

export interface RowLayout {
  /** front + tokens. */
  readonly rows: Dim;
  readonly queries: HeadBlocks;
  readonly keys: HeadBlocks;
  /** Of the label rows alone. */
  readonly labelQueries: HeadBlocks;
  /**
   * Added to the scores of tokens on tokens: [1 or batch, group · length, length] and [batch, group · queries, length], with members of their
   * own sequences [members, batch, …].
   */
  readonly mask: Value;
  readonly labelMask: Value;
  /** Of the front rows on the prefix and themselves: [group · front, prefix + front]; undefined where there is no front. */
  readonly frontMask: Value | undefined;
  /** Added to the scores of tokens on their member's prefix: [members, 1, cached]; undefined where there are no members. */
  readonly prefixMask: Value | undefined;
  /** Which rows are label rows: [labels] into the rows, and back. */
  readonly labelRows: Value;
  readonly labelInverse: Value;
}

/** Keys and values in front that all sequences share, and rows behind them that they share too: for training. */
export interface SharedPlan<Count extends Dim = Dim> {
  /** How many rows stand in front; 0: none ever. */
  readonly front: Count;
  /** How many keys and values without rows stand before those in every block. */
  readonly prefix: number;
}

/** Members of which each has keys and values of its own, made before, in front of the same sequences, which may branch. */
export const withMembers = 'members';
/** Members with keys and values of their own in front of sequences of their own. */
export const withOwnSequences = 'ownSequences';

export function declareRowLayout(
  build: Builder,
  heads: HeadShape,
  plan: SharedPlan | typeof withMembers | typeof withOwnSequences,
): RowLayout {
  const shared = typeof plan === 'object' ? plan : undefined;
  const members = shared ? [] : [withMembers];
  const own = plan === withOwnSequences ? members : [];
  const { front, prefix } = shared ?? { front: 0, prefix: 0 };
  const { numHeads, numKeyValueHeads: kv } = heads;
  const group = numHeads / kv;
  const rows = addDims(front, 'tokens');
  const groupFront = multiplyDims(group, front);
  const blocks = (name: string, frontBlock: Dim[], block: Dim[], inverse: Dim): HeadBlocks => {
    const frontIndex = front !== 0 && frontBlock.length > 0 ? [build.input(`${name}.front`, frontBlock)] : [];
    return {
      indices: [...frontIndex, build.input(`${name}.index`, block)],
      zeroIndices: [...frontIndex, build.input(`${name}.zeroIndex`, block)],
      inverse: build.input(`${name}.inverse`, [inverse]),
    };
  };
  const groupLength = multiplyDims(group, 'length');
  const groupQueries = multiplyDims(group, 'queries');
  return {
    rows,
    queries: blocks('queries', [kv, groupFront], [kv, ...members, 'batch', groupLength], multiplyDims(numHeads, rows)),
    keys: blocks('keys', [kv, front], [kv, ...members, 'batch', 'length'], multiplyDims(kv, rows)),
    labelQueries: blocks('labelQueries', [], [kv, ...members, 'batch', groupQueries], multiplyDims(numHeads, 'labels')),
    mask: build.input('mask', [...own, shared ? 1 : 'batch', groupLength, 'length'], 'float'),
    labelMask: build.input('labelMask', [...own, 'batch', groupQueries, 'length'], 'float'),
    frontMask: front === 0 ? undefined : build.input('frontMask', [groupFront, addDims(prefix, front)], 'float'),
    prefixMask: shared ? undefined : build.input('prefixMask', [withMembers, 1, 'cached'], 'float'),
    labelRows: build.input('labelRows', ['labels']),
    labelInverse: build.input('labelInverse', [rows]),
  };
}

/** The label rows [labels, width] of rows [rows, width]. */
export function selectLabelRows(
  build: Builder,
  rows: Value,
  layout: Pick<RowLayout, 'labelRows' | 'labelInverse'>,
): Value {
  const [selected] = build.unpack(rows, [layout.labelRows], layout.labelInverse, { zeros: false, partial: true });
  return defined(selected, 'label rows');
}
