import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { Feeds } from '../runtime/executor.js';
import type { HeadShape, RowLayout } from './rowLayout.js';

/**
 * A decoder that predicts the next token. Prompts may enter it as rows in front that all sequences share, or as rows anywhere: it sees
 * only rows of embeddings and where they stand.
 */
export interface CausalModel {
  readonly heads: HeadShape;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  /** The name of E among the weights. */
  readonly embeddingName: string;
  /** Token embeddings E [vocabulary, hidden]. */
  embeddings(build: Builder): Value;
  /** The output matrix [vocabulary, hidden]; often E itself. */
  head(build: Builder): Value;
  /** Rows of embeddings [rows, hidden] → normed hidden states of the label rows [labels, hidden]. */
  hiddenStates(build: Builder, rows: Value, layout: RowLayout): Value;
  /** What the model itself needs to know of the rows' positions. */
  positionFeeds(positions: Int32Array): Feeds;
}
