import { firstKeys, unrotatedKeyOf } from '../../methods/prefixBlocks.js';
import { readWeightBlocks, readWeightRows } from '../../models/embeddingRows.js';
import type { Compared } from '../../protocol/interpretation.js';
import { keyWidth, type InterpretationSetting } from './nearestToPrompt.js';
import { rowsOf } from './vectors.js';

/** Where virtual tokens and real ones stand side by side, whatever their positions in a text. */
export interface TokenSpace {
  readonly compared: Compared;
  /** Virtual tokens [P, width] of what is kept of a prompt [P, …]. */
  virtual(kept: Float32Array): Float32Array[];
  /** Every token of the vocabulary, by its id. */
  vocabulary(): AsyncIterable<Float32Array>;
  /** Some tokens. */
  words(ids: readonly number[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Input vectors are those that the token embeddings hold; a prefix's keys in the first block lose their rotation, where the model has one. */
export async function openTokenSpace({ base, model, method, engine }: InterpretationSetting): Promise<TokenSpace> {
  if (method.entry !== 'keysAndValues') {
    const { weights } = base;
    return {
      compared: 'inputVectors',
      virtual: (kept) => rowsOf(kept, model.hiddenSize),
      async *vocabulary() {
        for await (const block of readWeightBlocks(weights, model.embeddingName))
          yield* rowsOf(block, model.hiddenSize);
      },
      words: (ids) => readWeightRows(weights, model.embeddingName, ids),
      dispose: () => Promise.resolve(),
    };
  }
  const width = keyWidth(model);
  const unrotatedKey = unrotatedKeyOf(model);
  const keys = await firstKeys(engine, model, base.weights);
  return {
    compared: 'firstKeys',
    virtual: (kept) =>
      rowsOf(kept, method.width).map((row, position) => {
        const key = row.subarray(0, width);
        return unrotatedKey?.(key, position) ?? key;
      }),
    async *vocabulary() {
      for await (const block of keys.position(0)) yield* rowsOf(block, width);
    },
    words: async (ids) => rowsOf(await keys.of(ids, 0), width),
    dispose: () => keys.dispose(),
  };
}
