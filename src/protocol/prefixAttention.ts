/**
 * In front of whose keys and values a prefix stands in an encoder-decoder: the decoder's own, the encoder's, or those that the decoder reads of
 * the encoder's states (Li, Liang 2021, whose program trains all three). In this order the parts of one matrix stand behind each other.
 */
export const prefixAttentions = ['decoder', 'encoder', 'cross'] as const;
export type PrefixAttention = (typeof prefixAttentions)[number];

/** Where a prefix stands unless told; PEFT's stand nowhere else. */
export const decoderAlone: readonly PrefixAttention[] = ['decoder'];

/** A model's blocks; of an encoder-decoder the decoder's, and beside them the encoder's. */
export interface Blocks {
  readonly numLayers: number;
  readonly numEncoderLayers?: number;
}

/** In how many blocks a part of a prefix stands. */
export const blocksOf = (part: PrefixAttention, { numLayers, numEncoderLayers = 0 }: Blocks): number =>
  part === 'encoder' ? numEncoderLayers : numLayers;

/** How many pairs of keys and values all parts have together. */
export const prefixedBlocks = (attention: readonly PrefixAttention[], blocks: Blocks): number =>
  attention.reduce((sum, part) => sum + blocksOf(part, blocks), 0);
