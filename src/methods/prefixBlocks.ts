import type { Value } from '../graph/value.js';
import { defined } from '../common/assert.js';
import { asWriting, type Model } from '../models/architectures.js';
import type { CausalModel, Prefix } from '../models/causalModel.js';
import { declarePairLayout, packPairs, type EncoderDecoderModel, type PairHooks } from '../models/encoderDecoder.js';
import { blocksOf, decoderAlone, prefixAttentions, type PrefixAttention } from '../protocol/prefixAttention.js';
import type { Engine } from '../runtime/engine.js';
import { intVector, type Feeds, type GraphOutputs, type WeightLocations } from '../runtime/executor.js';
import { createBuilder, type Builder } from '../graph/builder.js';
import { packBatch } from '../models/packBatch.js';
import { declareRowLayout } from '../models/rowLayout.js';
import { peftLayerOf } from '../store/decoderPrefix.js';
import { partsOf, promptEmbeddings, type Method } from './method.js';

/**
 * Keys and values as one matrix [P, 2 · layers · key/value heads · head size], in PEFT's order: number
 * ((2 · layer + {key: 0, value: 1}) · heads + head) · head size + i. Several parts of an encoder-decoder's stand one behind the other.
 */

/** The matrix cut up for the blocks. */
export function prefixBlocks(
  build: Builder,
  { heads, numLayers }: Pick<CausalModel, 'heads' | 'numLayers'>,
  matrix: Value,
  sharesLayers = false,
): Prefix[] {
  const count = defined(matrix.shape[0], 'P');
  const { numKeyValueHeads, headDim } = heads;
  const apart = build.reshape(matrix, [count, 2 * numLayers, numKeyValueHeads, headDim]);
  const parts = build
    .split(build.transpose(apart, [1, 2, 0, 3]), Array<number>(2 * numLayers).fill(1), 0)
    .map((part) => build.reshape(part, [numKeyValueHeads, count, headDim]));
  return Array.from({ length: numLayers }, (_, block) => {
    const layer = sharesLayers ? peftLayerOf(block, numLayers) : block;
    return { key: defined(parts[2 * layer], 'keys'), value: defined(parts[2 * layer + 1], 'values') };
  });
}

/** What the parts of a method's prefix put in front of each attention of an encoder-decoder. */
export function prefixHooks(build: Builder, model: EncoderDecoderModel, method: Method, matrix: Value): PairHooks {
  const { numKeyValueHeads, headDim } = model.heads;
  const parts = partsOf(method).map((part) => ({ part, numLayers: blocksOf(part, model) }));
  const widths = parts.map(({ numLayers }) => 2 * numLayers * numKeyValueHeads * headDim);
  const matrices = parts.length === 1 ? [matrix] : build.split(matrix, widths, 1);
  return Object.fromEntries(
    parts.map(({ part, numLayers }, i) => {
      const own = defined(matrices[i], 'a part');
      return [part, { prefix: prefixBlocks(build, { heads: model.heads, numLayers }, own, method.sharesLayers) }];
    }),
  );
}

/** What one sequence is read from: token ids, or vectors in their place [n, hidden]. */
export type KeysAndValuesSource = { readonly ids: readonly number[] } | { readonly vectors: Float32Array };

/**
 * The keys and values that the model itself makes of a sequence: `prompt_embeddings` [tokens, width], in the same order. Those of an
 * encoder-decoder are of the parts that are asked for, while encoder and decoder both read the sequence.
 */
export function keysAndValuesGraph(model: Model, from: 'ids' | 'vectors', attention = decoderAlone): GraphOutputs {
  const build = createBuilder();
  if (model.kind === 'encoderDecoder') return pairKeysAndValues(build, model, from, attention);
  const layout = declareRowLayout(build, model.heads, { front: 0, prefix: 0 });
  const rows =
    from === 'ids'
      ? build.gather(model.embeddings(build), build.input('ids', ['tokens']))
      : build.input('vectors', ['tokens', model.hiddenSize], 'float');
  const found: Value[] = [];
  model.hiddenStates(build, rows, layout, { onKeysAndValues: (key, value) => found.push(key, value) });
  return { [promptEmbeddings]: build.concat(found, 1) };
}

function pairKeysAndValues(
  build: Builder,
  model: EncoderDecoderModel,
  from: 'ids' | 'vectors',
  attention: readonly PrefixAttention[],
): GraphOutputs {
  const layout = declarePairLayout(build, model.heads, 'tokens');
  const rows = (prefix: string): Value =>
    from === 'ids'
      ? build.gather(model.embeddings(build), build.input(`${prefix}ids`, ['tokens']))
      : build.input(`${prefix}vectors`, ['tokens', model.hiddenSize], 'float');
  const found: Record<PrefixAttention, Value[]> = { decoder: [], encoder: [], cross: [] };
  const hooks: PairHooks = Object.fromEntries(
    prefixAttentions.map((part) => [
      part,
      { onKeysAndValues: (key: Value, value: Value) => found[part].push(key, value) },
    ]),
  );
  const states = model.encode(build, rows(''), layout, hooks.encoder);
  model.decode(build, rows('decoder.'), states, layout, hooks);
  const asked = attention.flatMap((part) => found[part]);
  return { [promptEmbeddings]: build.concat(asked, 1) };
}

export function keysAndValuesFeeds(model: Model, source: KeysAndValuesSource): Feeds {
  const count = 'ids' in source ? source.ids.length : source.vectors.length / model.hiddenSize;
  const ids = 'ids' in source ? source.ids : Array<number>(count).fill(0);
  if (model.kind === 'encoderDecoder') {
    const { feeds, positions } = packPairs(model.heads, [{ ids, decoder: { ids } }]);
    const vectors = 'vectors' in source && { data: source.vectors, shape: [count, model.hiddenSize] };
    return {
      ...feeds,
      ...model.positionFeeds({ ...positions, prefix: { decoder: 0, encoder: 0 } }),
      ids: intVector(ids),
      ...(vectors && { vectors, 'decoder.vectors': vectors }),
    };
  }
  const plan = { front: 0, prefix: 0 };
  const { feeds, positions } = packBatch(model.heads, plan, [{ ids, labelRows: [count - 1] }]);
  return {
    ...feeds,
    ...model.positionFeeds(positions),
    ids: intVector(ids),
    ...('vectors' in source && { vectors: { data: source.vectors, shape: [count, model.hiddenSize] } }),
  };
}

/** Tokens whose keys are computed together. */
const tokensPerBlock = 8192;

/** The first block's keys [tokens, key/value heads · head size] that tokens would have at a position. */
export interface FirstKeys {
  /** Of every token of the vocabulary, in blocks of rows. */
  position(position: number): AsyncIterable<Float32Array>;
  of(ids: readonly number[], position: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export async function firstKeys(
  engine: Pick<Engine, 'open'>,
  model: Model,
  weights: WeightLocations,
): Promise<FirstKeys> {
  const build = createBuilder();
  const rows = build.gather(model.embeddings(build), build.input('ids', ['tokens']));
  const writing = asWriting(model);
  const keys = writing.kind === 'causal' ? firstOfAll(build, writing, rows) : writing.firstKeys(build, rows);
  const session = await engine.open({ keys }, weights);
  const of: FirstKeys['of'] = async (ids, position) => {
    const positions = new Int32Array(ids.length).fill(position);
    const feeds = { ids: intVector(ids), ...(model.kind === 'causal' && model.positionFeeds(positions)) };
    return defined((await session.run(feeds)).keys, 'keys').data;
  };
  return {
    of,
    async *position(position) {
      for (let first = 0; first < model.vocabularySize; first += tokensPerBlock) {
        const length = Math.min(tokensPerBlock, model.vocabularySize - first);
        yield of(
          Array.from({ length }, (_, i) => first + i),
          position,
        );
      }
    },
    dispose: () => session.dispose(),
  };
}

function firstOfAll(build: Builder, model: CausalModel, rows: Value): Value {
  const layout = declareRowLayout(build, model.heads, { front: 0, prefix: 0 });
  const keys: Value[] = [];
  model.hiddenStates(build, rows, layout, { onKeysAndValues: (key) => keys.push(key) });
  return defined(keys[0], 'keys');
}

/** What makes a key of the first block what it would be at position 0; undefined where positions are in it for good. An encoder-decoder's have none. */
export const unrotatedKeyOf = (model: Model): CausalModel['unrotatedKey'] =>
  model.kind === 'causal' ? model.unrotatedKey : (key) => key;
