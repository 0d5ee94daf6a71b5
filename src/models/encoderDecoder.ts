import { assert } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import type { Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import { intVector, type Feeds } from '../runtime/executor.js';
import { openKeys, rowPositions, type BranchingRows } from './branches.js';
import type { PrefixAttention } from '../protocol/prefixAttention.js';
import type { BlockHooks, Prefix } from './causalModel.js';
import type { ModelShape } from './modelShape.js';
import { hidden } from './headBlocks.js';
import type { HeadBlocks, HeadShape } from './rowLayout.js';
import { declareTextBlocks, textBlockFeeds, textMask } from './textBlocks.js';

/**
 * How a batch of pairs lies in memory: packed rows of the encoder, `tokens`, and of the decoder, `labels`, of which each predicts one token.
 * Attention works on padded blocks of either, [heads, batch, length, head size] and [heads, batch, queries, head size].
 */
export interface PairLayout {
  readonly encoder: HeadBlocks;
  readonly decoder: HeadBlocks;
  /** The encoder's rows whole, one block [1, batch, length, width]. */
  readonly states: HeadBlocks;
  /** Added to scores on the encoder's rows: [batch, 1, length]. */
  readonly encoderMask: Value;
  /** Added to scores of the decoder's rows on themselves: [batch, queries, queries]. */
  readonly decoderMask: Value;
}

/** A text, and what the decoder reads behind it. */
export interface Pair {
  /** Token ids of the encoder's rows; virtual tokens are negative. */
  readonly ids: readonly number[];
  /** The decoder's rows, the start token first; alternatives may branch off. */
  readonly decoder: BranchingRows;
  /** Which of several prompts it reads; 0 unless told. */
  readonly prompt?: number;
}

/** Where the rows of a batch stand, for a model's own feeds. */
export interface PairPositions {
  readonly encoderLength: number;
  /** Of each pair's decoder rows. */
  readonly decoder: readonly (readonly number[])[];
  /** How many keys and values stand in front of a stack's own. */
  readonly prefix: Readonly<Record<'decoder' | 'encoder', number>>;
}

/** What a method may do at every block of each attention. */
export type PairHooks = { readonly [Part in PrefixAttention]?: BlockHooks };

/** The expected tokens behind the start token, as the decoder reads them: the last one predicts nothing. */
export const targetRows = (
  { decoderStartTokenId }: Pick<EncoderDecoderModel, 'decoderStartTokenId'>,
  targetIds: readonly number[],
): BranchingRows => ({ ids: [decoderStartTokenId, ...targetIds.slice(0, -1)] });

/** A model that reads a text as a whole, in both directions, and predicts what follows token by token (Sutskever et al. 2014). */
export interface EncoderDecoderModel extends ModelShape {
  readonly kind: 'encoderDecoder';
  readonly numEncoderLayers: number;
  /** What the decoder reads before the first token. */
  readonly decoderStartTokenId: number;
  /** Rows of embeddings [tokens, hidden] → the encoder's states of them. */
  encode(build: Builder, rows: Value, layout: PairLayout, hooks?: BlockHooks): Value;
  /** Rows of embeddings [labels, hidden] behind the encoder's states [tokens, hidden] → what the head reads, [labels, hidden]. */
  decode(build: Builder, rows: Value, states: Value, layout: PairLayout, hooks?: PairHooks): Value;
  /**
   * What each block of the decoder reads of one text's states [tokens, hidden]: keys and values [heads, 1, tokens, head size], behind those of a
   * prefix where there is one.
   */
  readStates(build: Builder, states: Value, prefix?: readonly Prefix[]): Prefix[];
  /** One row of embeddings of each text under way [texts, hidden] → what the head reads of it, [texts, hidden]; is told its keys and values. */
  decodeNext(
    build: Builder,
    rows: Value,
    before: TextsUnderWay,
    onKeysAndValues: NonNullable<BlockHooks['onKeysAndValues']>,
  ): Value;
  /** The keys [rows, heads · head size] that the decoder's first block makes of rows of embeddings, wherever they stand. */
  firstKeys(build: Builder, rows: Value): Value;
  /** What the model itself needs to know of positions. */
  positionFeeds(positions: PairPositions): Feeds;
  /** The same for `decodeNext`: how many rows stand before each text's own, in a cache that has room for `capacity`. */
  nextPositionFeeds(cache: { readonly lengths: readonly number[]; readonly capacity: number }): Feeds;
}

/** What stands before the next rows of texts that all answer one text. */
export interface TextsUnderWay {
  /** Keys and values of the decoder's earlier rows, block by block: [heads, texts, cached, head size]. */
  readonly cached: readonly Prefix[];
  /** Added to scores on these and the row itself: [texts, 1, cached + 1]. */
  readonly cachedMask: Value;
  /** What `readStates` gave. */
  readonly states: readonly Prefix[];
}

/** `decoderRows`: how many rows the decoder reads, where that is no number of its own. */
export function declarePairLayout(build: Builder, { numHeads }: HeadShape, decoderRows: Dim = 'labels'): PairLayout {
  return {
    encoder: declareTextBlocks(build, 'encoder', numHeads, 'tokens', 'length'),
    decoder: declareTextBlocks(build, 'decoder', numHeads, decoderRows, 'queries'),
    states: declareTextBlocks(build, 'states', 1, 'tokens', 'length'),
    encoderMask: build.input('encoder.mask', ['batch', 1, 'length'], 'float'),
    decoderMask: build.input('decoder.mask', ['batch', 'queries', 'queries'], 'float'),
  };
}

/** Feeds of `declarePairLayout` and of the decoder's ids, and where the rows stand. */
export function packPairs(
  { numHeads }: HeadShape,
  pairs: readonly Pair[],
): { readonly feeds: Feeds; readonly positions: Omit<PairPositions, 'prefix'> } {
  assert(
    pairs.length > 0 && pairs.every((p) => p.ids.length > 0 && p.decoder.ids.length > 0),
    'pairs that are not empty',
  );
  const encoderLengths = pairs.map(({ ids }) => ids.length);
  const decoderLengths = pairs.map(({ decoder }) => decoder.ids.length);
  const [encoderLength, decoderLength] = [Math.max(...encoderLengths), Math.max(...decoderLengths)];
  const decoderMask = new Float32Array(pairs.length * decoderLength ** 2).fill(hidden);
  pairs.forEach(({ decoder }, b) => {
    for (let i = 0; i < decoderLength; i++) openKeys(decoderMask, (b * decoderLength + i) * decoderLength, decoder, i);
  });
  return {
    feeds: {
      ...textBlockFeeds('encoder', numHeads, encoderLengths),
      ...textBlockFeeds('decoder', numHeads, decoderLengths),
      ...textBlockFeeds('states', 1, encoderLengths),
      'encoder.mask': textMask(encoderLengths),
      'decoder.mask': { data: decoderMask, shape: [pairs.length, decoderLength, decoderLength] },
      'decoder.ids': intVector(pairs.flatMap(({ decoder }) => decoder.ids)),
    },
    positions: { encoderLength, decoder: pairs.map(({ decoder }) => rowPositions(decoder)) },
  };
}
