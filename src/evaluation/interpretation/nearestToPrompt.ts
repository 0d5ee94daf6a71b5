import { defined } from '../../common/assert.js';
import { partsElsewhere, type Method } from '../../methods/method.js';
import { firstKeys, unrotatedKeyOf } from '../../methods/prefixBlocks.js';
import { readWeightBlocks } from '../../models/embeddingRows.js';
import type { BaseModel } from '../../models/openModel.js';
import type { Model } from '../../models/architectures.js';
import type { NearestTokens } from '../../protocol/events.js';
import type { Engine } from '../../runtime/engine.js';
import type { Tensor } from '../../runtime/executor.js';
import { nearestTokens } from './nearestTokens.js';
import { rowsOf } from './vectors.js';

export interface InterpretationSetting {
  readonly base: Pick<BaseModel, 'weights' | 'tokenizer'>;
  readonly model: Model;
  readonly method: Method;
  readonly engine: Pick<Engine, 'open'>;
}

/**
 * embeddings [P, width]. Input vectors are compared with the token embeddings; a prefix has none: there the first block's keys are compared with
 * those that each token would have in the virtual token's place, and nothing where an encoder-decoder's prefix has no part in the decoder. Special
 * tokens are left out.
 */
export async function nearestToPrompt(
  embeddings: Tensor<Float32Array>,
  setting: InterpretationSetting,
  top: number,
): Promise<NearestTokens[]> {
  const { base, model, method } = setting;
  const textOf = (id: number): string | undefined =>
    base.tokenizer.isSpecial(id) ? undefined : base.tokenizer.tokenText(id);
  if (method.entry !== 'keysAndValues') {
    const table = readWeightBlocks(base.weights, model.embeddingName);
    return nearestTokens(embeddings.data, table, model.hiddenSize, top, textOf);
  }
  if (partsElsewhere(method) !== undefined) return [];
  const width = keyWidth(model);
  const keys = rowsOf(embeddings.data, method.width).map((row) => row.subarray(0, width));
  const keysAt = await firstKeys(setting.engine, model, base.weights);
  try {
    const unrotatedKey = unrotatedKeyOf(model);
    if (unrotatedKey) {
      const unrotated = Float32Array.from(keys.flatMap((key, position) => [...unrotatedKey(key, position)]));
      return await nearestTokens(unrotated, keysAt.position(0), width, top, textOf);
    }
    const found: NearestTokens[] = [];
    for (const [position, key] of keys.entries()) {
      const [nearest] = await nearestTokens(key, keysAt.position(position), width, top, textOf);
      found.push({ ...defined(nearest, 'a token'), position });
    }
    return found;
  } finally {
    await keysAt.dispose();
  }
}

/** Numbers in a block's key. */
export const keyWidth = ({ heads }: Model): number => heads.numKeyValueHeads * heads.headDim;
