import { defined } from '../../common/assert.js';
import type { Builder } from '../../graph/builder.js';
import { addDims, type Dim } from '../../graph/shape.js';
import type { Value } from '../../graph/value.js';
import { activation } from '../activation.js';
import { attendWithFront } from '../attention.js';
import type { BlockHooks } from '../causalModel.js';
import type { EncoderDecoderModel, PairLayout } from '../encoderDecoder.js';
import type { HeadBlocks } from '../rowLayout.js';
import { attendToStates } from '../statesAttention.js';
import { biasIndices, bucketOf } from './relativePositions.js';
import type { T5Config } from './t5Config.js';

/**
 * T5 (Raffel et al. 2020 §2.1): RMSNorm in front of every part, attention without scaling, biases by relative position that all blocks of a
 * stack share, and from version 1.1 on a gated MLP and an output matrix of its own (Shazeer 2020).
 */
export function t5Model(config: T5Config): EncoderDecoderModel {
  const { hiddenSize: d, numHeads, headDim, innerSize, vocabularySize, relativeAttention } = config;
  const width = numHeads * headDim;
  const embeddingName = 'shared.weight';
  const embeddings = (build: Builder): Value => build.weight(embeddingName, [vocabularySize, d]);
  const linear = (build: Builder, x: Value, name: string, inSize: number, outSize: number): Value =>
    build.gemm(x, build.weight(`${name}.weight`, [outSize, inSize]), { transB: true });
  const norm = (build: Builder, x: Value, name: string): Value =>
    build.rmsNorm(x, build.weight(`${name}.weight`, [d]), config.layerNormEps);

  /** Biases of a shape [heads, batch, queries, keys] from the table of a stack's first block. */
  const biases = (build: Builder, stack: string, input: string, ...shape: readonly Dim[]): Value => {
    const name = `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;
    const table = build.reshape(build.weight(name, [relativeAttention.count, numHeads]), [
      relativeAttention.count * numHeads,
    ]);
    return build.gather(table, build.input(input, [numHeads, ...shape]));
  };

  /** Biases of a stack's queries on what stands in front of its keys. */
  const prefixBiases = (
    build: Builder,
    stack: string,
    { prefix }: BlockHooks,
    ...queries: Dim[]
  ): Value | undefined => {
    const count = prefix?.[0]?.key.shape[1];
    return count === undefined ? undefined : biases(build, stack, `${stack}.prefixBiases`, ...queries, count);
  };

  const project = (build: Builder, x: Value, name: string, part: string): Value =>
    linear(build, x, `${name}.${part}`, d, width);

  /** Packed rows as blocks [heads, batch, length, head size]. */
  const toBlocks = (build: Builder, x: Value, { indices, inverse }: HeadBlocks): Value => {
    const [block] = build.unpack(build.splitHeads(x, numHeads, headDim), indices, inverse, {
      zeros: false,
      partial: false,
    });
    return defined(block, 'a block');
  };
  /** Blocks as packed rows again, behind the attention's output matrix. */
  const fromBlocks = (build: Builder, x: Value, blocks: HeadBlocks, count: Dim, name: string): Value => {
    const packed = build.pack([x], blocks.inverse, blocks.zeroIndices, { zeros: false, partial: true });
    return linear(build, build.reshape(packed, [count, width]), `${name}.o`, width, d);
  };
  const attention = (
    build: Builder,
    name: string,
    { rows, over = rows, mask }: { rows: Value; over?: Value; mask: Value },
    blocks: { readonly queries: HeadBlocks; readonly keys: HeadBlocks },
    { hooks, block, bias }: { hooks: BlockHooks; block: number; bias?: Value | undefined },
  ): Value => {
    const [key, value] = [project(build, over, name, 'k'), project(build, over, name, 'v')];
    hooks.onKeysAndValues?.(key, value);
    const before = hooks.prefix?.[block];
    const attended = attendWithFront(build, {
      query: toBlocks(build, project(build, rows, name, 'q'), blocks.queries),
      key: toBlocks(build, key, blocks.keys),
      value: toBlocks(build, value, blocks.keys),
      mask,
      front: before && { ...before, ...(bias && { bias }) },
    });
    return fromBlocks(build, attended, blocks.queries, rows.shape[0] as Dim, name);
  };
  /** The decoder's rows on the encoder's states [batch, length, hidden], where nobody asks for their keys and values. */
  const crossAttention = (
    build: Builder,
    name: string,
    rows: Value,
    states: Value,
    { decoder, encoderMask }: PairLayout,
  ): Value => {
    const weight = (part: string): Value => build.weight(`${name}.${part}.weight`, [width, d]);
    const query = toBlocks(build, project(build, rows, name, 'q'), decoder);
    const [keys, values] = [weight('k'), weight('v')];
    const attended = attendToStates(build, { query, keys, values, states, mask: encoderMask });
    return fromBlocks(build, attended, decoder, rows.shape[0] as Dim, name);
  };
  const feedForward = (build: Builder, x: Value, name: string): Value => {
    const inner = (part: string): Value => linear(build, x, `${name}.${part}`, d, innerSize);
    const active = config.isGated
      ? build.mul(activation(build, config.activation, inner('wi_0')), inner('wi_1'))
      : activation(build, config.activation, inner('wi'));
    return linear(build, active, `${name}.wo`, innerSize, d);
  };

  /** The decoder's blocks, whose attention to its own rows and to the encoder's is told from outside. */
  const decoderBlocks = (
    build: Builder,
    rows: Value,
    attend: (normed: Value, name: string, block: number) => Value,
    read: (normed: Value, name: string, block: number) => Value,
  ): Value => {
    let x = rows;
    for (let block = 0; block < config.numDecoderLayers; block++) {
      const name = decoderBlock(block);
      x = build.add(x, attend(norm(build, x, `${name}.0.layer_norm`), `${name}.0.SelfAttention`, block));
      x = build.add(x, read(norm(build, x, `${name}.1.layer_norm`), `${name}.1.EncDecAttention`, block));
      x = build.add(x, feedForward(build, norm(build, x, `${name}.2.layer_norm`), `${name}.2.DenseReluDense`));
    }
    const normed = norm(build, x, 'decoder.final_layer_norm');
    return config.scaleOutputs ? build.mul(normed, 1 / Math.sqrt(d)) : normed;
  };

  return {
    kind: 'encoderDecoder',
    entryPoints: ['anywhere', 'keysAndValues'],
    heads: config,
    numLayers: config.numDecoderLayers,
    numEncoderLayers: config.numLayers,
    hiddenSize: d,
    vocabularySize,
    embeddingName,
    decoderStartTokenId: config.decoderStartTokenId,
    embeddings,
    head: (build) =>
      config.tieWordEmbeddings ? embeddings(build) : build.weight('lm_head.weight', [vocabularySize, d]),
    encode(build, rows, { encoder, encoderMask }, hooks = {}) {
      const mask = build.add(biases(build, 'encoder', 'encoder.biases', 1, 'length', 'length'), encoderMask);
      const bias = prefixBiases(build, 'encoder', hooks, 1, 'length');
      const own = { queries: encoder, keys: encoder };
      let x = rows;
      for (let layer = 0; layer < config.numLayers; layer++) {
        const name = `encoder.block.${layer}.layer`;
        const normed = norm(build, x, `${name}.0.layer_norm`);
        const at = { hooks, block: layer, bias };
        x = build.add(x, attention(build, `${name}.0.SelfAttention`, { rows: normed, mask }, own, at));
        x = build.add(x, feedForward(build, norm(build, x, `${name}.1.layer_norm`), `${name}.1.DenseReluDense`));
      }
      return norm(build, x, 'encoder.final_layer_norm');
    },
    decode(build, rows, states, layout, { decoder: hooks = {}, cross } = {}) {
      const { encoder, decoder, encoderMask, decoderMask } = layout;
      const mask = build.add(biases(build, 'decoder', 'decoder.biases', 'batch', 'queries', 'queries'), decoderMask);
      const bias = prefixBiases(build, 'decoder', hooks, 'batch', 'queries');
      const own = { queries: decoder, keys: decoder };
      const whole = build.unpack(states, layout.states.indices, layout.states.inverse, {
        zeros: false,
        partial: false,
      });
      const texts = build.reshape(defined(whole[0], 'a block'), ['batch', 'length', d]);
      return decoderBlocks(
        build,
        rows,
        (normed, name, block) => attention(build, name, { rows: normed, mask }, own, { hooks, block, bias }),
        (normed, name, block) => {
          if (!cross) return crossAttention(build, name, normed, texts, layout);
          const read = { rows: normed, over: states, mask: encoderMask };
          return attention(build, name, read, { queries: decoder, keys: encoder }, { hooks: cross, block });
        },
      );
    },
    readStates(build, states, prefix) {
      const [rows] = states.shape as [Dim, number];
      const part = (name: string, which: string, before: Value | undefined): Value => {
        const read = toHeads(build, project(build, states, name, which), [numHeads, 1, rows, headDim]);
        if (!before) return read;
        return build.concat([build.reshape(before, [numHeads, 1, before.shape[1] as Dim, headDim]), read], 2);
      };
      return Array.from({ length: config.numDecoderLayers }, (_, block) => {
        const name = `${decoderBlock(block)}.1.EncDecAttention`;
        const before = prefix?.[block];
        return { key: part(name, 'k', before?.key), value: part(name, 'v', before?.value) };
      });
    },
    decodeNext(build, rows, { cached, cachedMask, states }, onKeysAndValues) {
      const [texts] = rows.shape as [Dim, number];
      const keys = addDims(cached[0]?.key.shape[2] ?? 0, 1);
      const mask = build.add(biases(build, 'decoder', 'next.biases', texts, 1, keys), cachedMask);
      const output = (attended: Value, name: string): Value =>
        linear(build, fromHeads(build, attended, [texts, width]), `${name}.o`, width, d);
      return decoderBlocks(
        build,
        rows,
        (normed, name, block) => {
          const before = defined(cached[block], 'a block');
          const [key, value] = [project(build, normed, name, 'k'), project(build, normed, name, 'v')];
          onKeysAndValues(key, value);
          const blockOf = (x: Value): Value => toHeads(build, x, [numHeads, texts, 1, headDim]);
          const attended = attendWithFront(build, {
            query: blockOf(project(build, normed, name, 'q')),
            key: build.concat([before.key, blockOf(key)], 2),
            value: build.concat([before.value, blockOf(value)], 2),
            mask,
            front: undefined,
          });
          return output(attended, name);
        },
        (normed, name, block) => {
          const { key, value } = defined(states[block], 'a block');
          const query = toHeads(build, project(build, normed, name, 'q'), [numHeads, 1, texts, headDim]);
          return output(build.matMul(build.softmax(build.matMul(query, key, { transB: true })), value), name);
        },
      );
    },
    firstKeys(build, rows) {
      const name = `${decoderBlock(0)}.0`;
      return project(build, norm(build, rows, `${name}.layer_norm`), `${name}.SelfAttention`, 'k');
    },
    nextPositionFeeds({ lengths, capacity }) {
      const backwards = (distance: number): number => bucketOf(distance, relativeAttention, false);
      const before = upTo(capacity);
      const each = lengths.map((length) => ({ queries: [length], keys: [...before, length] }));
      return { 'next.biases': biasIndices(numHeads, each, backwards) };
    },
    positionFeeds({ encoderLength, decoder, prefix }) {
      const both = (distance: number): number => bucketOf(distance, relativeAttention, true);
      const backwards = (distance: number): number => bucketOf(distance, relativeAttention, false);
      const text = upTo(encoderLength);
      return {
        'encoder.biases': biasIndices(numHeads, [{ queries: text, keys: text }], both),
        'decoder.biases': biasIndices(
          numHeads,
          decoder.map((positions) => ({ queries: positions, keys: positions })),
          backwards,
        ),
        ...(prefix.encoder > 0 && {
          'encoder.prefixBiases': biasIndices(numHeads, [{ queries: text, keys: inFront(prefix.encoder) }], both),
        }),
        ...(prefix.decoder > 0 && {
          'decoder.prefixBiases': biasIndices(
            numHeads,
            decoder.map((positions) => ({ queries: positions, keys: inFront(prefix.decoder) })),
            backwards,
          ),
        }),
      };
    },
  };
}

const decoderBlock = (block: number): string => `decoder.block.${block}.layer`;

/** Rows [n, heads · size] as blocks of the given shape [heads, …, size]. */
function toHeads(build: Builder, x: Value, shape: readonly Dim[]): Value {
  const [heads, size] = [shape[0] as number, shape.at(-1) as number];
  const apart = build.reshape(x, [x.shape[0] as Dim, heads, size]);
  return build.reshape(build.transpose(apart, [1, 0, 2]), shape);
}

/** The way back, to rows of the given shape. */
function fromHeads(build: Builder, x: Value, shape: readonly [Dim, number]): Value {
  const [heads, size] = [x.shape[0] as number, x.shape.at(-1) as number];
  return build.reshape(build.transpose(build.reshape(x, [heads, shape[0], size]), [1, 0, 2]), shape);
}

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The positions of a prefix, which end where a text begins. */
const inFront = (length: number): number[] => upTo(length).map((i) => i - length);
