import { createBuilder } from '../graph/builder.js';
import { addDims } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { Prefix } from '../models/causalModel.js';
import { declarePairLayout, type EncoderDecoderModel } from '../models/encoderDecoder.js';
import { hidden } from '../models/headBlocks.js';
import { withMembers } from '../models/rowLayout.js';
import { intVector, type Feeds, type GraphOutputs, type Tensor } from '../runtime/executor.js';
import { newKeysAndValues, nextLogits } from './cachedGraph.js';
import { cacheFeeds, declareCache, type KeyValueCache } from './keyValueCache.js';
import { fedParameters, type Method } from './method.js';
import { encoderStates } from './pairGraph.js';

/**
 * Graphs that go on with texts of an encoder-decoder token by token: the encoder reads a text once, and what the decoder's blocks read of it,
 * behind the prefix that may stand there, is kept beside the keys and values of the decoder's own rows.
 */

const statesName = (part: 'key' | 'value', block: number): string => `states.${part}.${block}`;

/** What the decoder's blocks read of one text, by the names under which `nextGraph` is fed it. */
export function readingGraph(model: EncoderDecoderModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const layout = declarePairLayout(build, model.heads);
  const { states, hooks } = encoderStates(build, model, method, fedParameters(build, method), layout);
  return Object.fromEntries(
    model.readStates(build, states, hooks.cross?.prefix).flatMap(({ key, value }, block) => [
      [statesName('key', block), key],
      [statesName('value', block), value],
    ]),
  );
}

/** `logits` [texts, vocabulary] behind one more token of each text, and `keysAndValues` [texts, width] of it. */
export function nextGraph(model: EncoderDecoderModel): GraphOutputs {
  const build = createBuilder();
  const { numHeads, headDim } = model.heads;
  const rows = build.gather(model.embeddings(build), build.input('ids', [withMembers]));
  const read = (part: 'key' | 'value', block: number): Value =>
    build.input(statesName(part, block), [numHeads, 1, 'length', headDim], 'float');
  const states = Array.from({ length: model.numLayers }, (_, block): Prefix => ({
    key: read('key', block),
    value: read('value', block),
  }));
  const found: Value[] = [];
  const cachedMask = build.input('cachedMask', [withMembers, 1, addDims('cached', 1)], 'float');
  const before = { cached: declareCache(build, model), cachedMask, states };
  const last = model.decodeNext(build, rows, before, (key, value) => found.push(key, value));
  return {
    [nextLogits]: build.gemm(last, model.head(build), { transB: true }),
    [newKeysAndValues]: build.concat(found, 1),
  };
}

/** Feeds of `nextGraph`: one token of each text, behind its rows in the cache; `states` as `readingGraph` gave them. */
export function nextFeeds(
  model: EncoderDecoderModel,
  cache: KeyValueCache,
  states: Readonly<Record<string, Tensor>>,
  ids: readonly number[],
): Feeds {
  const { capacity, lengths } = cache;
  const keys = capacity + 1;
  const mask = Float32Array.from({ length: lengths.length * keys }, (_, i) => {
    const key = i % keys;
    return key === capacity || key < (lengths[Math.floor(i / keys)] ?? 0) ? 0 : hidden;
  });
  return {
    ...cacheFeeds(cache, model.heads),
    ...model.nextPositionFeeds(cache),
    ...states,
    cachedMask: { data: mask, shape: [lengths.length, 1, keys] },
    ids: intVector(ids),
  };
}
