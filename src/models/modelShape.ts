import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import type { HeadShape } from './rowLayout.js';

/**
 * Where a prompt may enter a model: as rows of embeddings in front that all sequences share (which only a causal model allows, where nothing
 * in front depends on what follows), as rows anywhere in every sequence, or as keys and values in front of each block's own.
 */
export type EntryPoint = 'front' | 'anywhere' | 'keysAndValues';

/** What a model has, of whatever kind. */
export interface ModelShape {
  /** Where prompts may enter. */
  readonly entryPoints: readonly EntryPoint[];
  readonly heads: HeadShape;
  /** Of an encoder-decoder the decoder's. */
  readonly numLayers: number;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** The name of E among the weights. */
  readonly embeddingName: string;
  /** Token embeddings E [vocabulary, hidden]. */
  embeddings(build: Builder): Value;
  /** The output matrix [vocabulary, hidden]; often E itself. */
  head(build: Builder): Value;
}
