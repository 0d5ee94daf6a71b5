import { assert } from '../common/assert.js';
import type { Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import { intVector, type Feeds } from '../runtime/executor.js';
import type { ModelShape } from './modelShape.js';
import type { HeadShape, RowLayout, Sequence } from './rowLayout.js';
import { declareTextBlocks, textBlockFeeds, textMask } from './textBlocks.js';

/** An encoder that reads a text as a whole, in both directions, and says what stands at its masks (Devlin et al. 2019 §3.1). */
export interface MaskedModel extends ModelShape {
  readonly kind: 'masked';
  readonly maxPositions: number;
  /** What it adds to the logits, [vocabulary]. */
  headBias(build: Builder): Value;
  /** Rows of embeddings [tokens, hidden] → what the output matrix reads of the label rows, [labels, hidden]. */
  hiddenStates(build: Builder, rows: Value, layout: RowLayout): Value;
  /** What the model itself needs to know of the rows' positions. */
  positionFeeds(positions: Int32Array): Feeds;
}

/** Texts side by side: of every row the keys and values, of the last block's queries the label rows alone. */
export function declareTextLayout(build: Builder, { numHeads }: HeadShape): RowLayout {
  const rows = declareTextBlocks(build, 'rows', numHeads, 'tokens', 'length');
  const mask = build.input('mask', ['batch', 1, 'length'], 'float');
  return {
    rows: 'tokens',
    queries: rows,
    keys: rows,
    labelQueries: declareTextBlocks(build, 'labelQueries', numHeads, 'labels', 'queries'),
    mask,
    labelMask: mask,
    frontMask: undefined,
    prefixMask: undefined,
    labelRows: build.input('labelRows', ['labels']),
    labelInverse: build.input('labelInverse', ['tokens']),
  };
}

/** Feeds of `declareTextLayout`, and each row's position in its text; every text has a label row. */
export function packTexts(
  { numHeads }: HeadShape,
  texts: readonly Pick<Sequence, 'ids' | 'labelRows'>[],
): { readonly feeds: Feeds; readonly positions: Int32Array } {
  assert(texts.length > 0 && texts.every((text) => text.labelRows.length > 0), 'texts with label rows');
  const lengths = texts.map(({ ids }) => ids.length);
  const starts = lengths.map((_, b) => lengths.slice(0, b).reduce((sum, length) => sum + length, 0));
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const labelRows = texts.flatMap((text, b) => text.labelRows.map((row) => (starts[b] ?? 0) + row));
  const labelInverse = new Int32Array(rows).fill(labelRows.length);
  labelRows.forEach((row, label) => (labelInverse[row] = label));
  return {
    feeds: {
      ...textBlockFeeds('rows', numHeads, lengths),
      ...textBlockFeeds(
        'labelQueries',
        numHeads,
        texts.map((text) => text.labelRows.length),
      ),
      mask: textMask(lengths),
      labelRows: intVector(labelRows),
      labelInverse: intVector(labelInverse),
    },
    positions: Int32Array.from(lengths.flatMap((length) => Array.from({ length }, (_, i) => i))),
  };
}
