import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { Feeds } from '../runtime/executor.js';
import type { ModelShape } from './modelShape.js';
import type { RowLayout } from './rowLayout.js';

/** What a method may do at every block: each by the block's number. */
export interface BlockHooks {
  /** Keys and values [key/value heads, P, head size] in front of all others, as they would lie in the cache (rotated). */
  readonly prefix?: readonly Prefix[];
  /** Is told the keys and values [rows, key/value heads · head size] of the block's own rows, as they would lie in the cache. */
  readonly onKeysAndValues?: (key: Value, value: Value) => void;
}
export interface Prefix {
  readonly key: Value;
  readonly value: Value;
}

/** A decoder that predicts the next token. It sees rows of embeddings and where they stand, never a method. */
export interface CausalModel extends ModelShape {
  readonly kind: 'causal';
  readonly maxPositions: number;
  /** Rows of embeddings [rows, hidden] → normed hidden states of the label rows [labels, hidden]. */
  hiddenStates(build: Builder, rows: Value, layout: RowLayout, hooks?: BlockHooks): Value;
  /** What the model itself needs to know of the rows' positions. */
  positionFeeds(positions: Int32Array): Feeds;
  /** A key of a block [key/value heads · head size] at a position as it would lie in the cache at position 0; only where positions enter as rotations. */
  readonly unrotatedKey?: (key: Float32Array, position: number) => Float32Array;
}
