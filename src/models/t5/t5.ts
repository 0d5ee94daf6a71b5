import { defined } from '../../common/assert.js';
import type { Builder } from '../../graph/builder.js';
import type { Dim } from '../../graph/shape.js';
import type { Value } from '../../graph/value.js';
import { activation } from '../activation.js';
import { attendWithFront } from '../attention.js';
import type { Prefix } from '../causalModel.js';
import type { EncoderDecoderModel } from '../encoderDecoder.js';
import type { HeadBlocks } from '../rowLayout.js';
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

  /** Rows as blocks [heads, batch, length, head size]. */
  const toBlocks = (build: Builder, x: Value, { indices, inverse }: HeadBlocks): Value => {
    const [block] = build.unpack(build.splitHeads(x, numHeads, headDim), indices, inverse, {
      zeros: false,
      partial: false,
    });
    return defined(block, 'a block');
  };
  const attention = (
    build: Builder,
    name: string,
    { rows, over = rows, mask }: { rows: Value; over?: Value; mask: Value },
    blocks: { readonly queries: HeadBlocks; readonly keys: HeadBlocks },
    front?: Prefix & { readonly bias: Value },
  ): Value => {
    const project = (x: Value, part: string, where: HeadBlocks): Value =>
      toBlocks(build, linear(build, x, `${name}.${part}`, d, width), where);
    const attended = attendWithFront(build, {
      query: project(rows, 'q', blocks.queries),
      key: project(over, 'k', blocks.keys),
      value: project(over, 'v', blocks.keys),
      mask,
      front,
    });
    const { inverse, zeroIndices } = blocks.queries;
    const packed = build.pack([attended], inverse, zeroIndices, { zeros: false, partial: true });
    return linear(build, build.reshape(packed, [rows.shape[0] as Dim, width]), `${name}.o`, width, d);
  };
  const feedForward = (build: Builder, x: Value, name: string): Value => {
    const inner = (part: string): Value => linear(build, x, `${name}.${part}`, d, innerSize);
    const active = config.isGated
      ? build.mul(activation(build, config.activation, inner('wi_0')), inner('wi_1'))
      : activation(build, config.activation, inner('wi'));
    return linear(build, active, `${name}.wo`, innerSize, d);
  };

  return {
    kind: 'encoderDecoder',
    entryPoints: ['anywhere', 'keysAndValues'],
    heads: config,
    numLayers: config.numDecoderLayers,
    hiddenSize: d,
    vocabularySize,
    embeddingName,
    decoderStartTokenId: config.decoderStartTokenId,
    embeddings,
    head: (build) =>
      config.tieWordEmbeddings ? embeddings(build) : build.weight('lm_head.weight', [vocabularySize, d]),
    encode(build, rows, { encoder, encoderMask }) {
      const mask = build.add(biases(build, 'encoder', 'encoder.biases', 1, 'length', 'length'), encoderMask);
      const blocks = { queries: encoder, keys: encoder };
      let x = rows;
      for (let layer = 0; layer < config.numLayers; layer++) {
        const name = `encoder.block.${layer}.layer`;
        const normed = norm(build, x, `${name}.0.layer_norm`);
        x = build.add(x, attention(build, `${name}.0.SelfAttention`, { rows: normed, mask }, blocks));
        x = build.add(x, feedForward(build, norm(build, x, `${name}.1.layer_norm`), `${name}.1.DenseReluDense`));
      }
      return norm(build, x, 'encoder.final_layer_norm');
    },
    decode(build, rows, states, { encoder, decoder, encoderMask, decoderMask }, { prefix } = {}) {
      const mask = build.add(biases(build, 'decoder', 'decoder.biases', 'batch', 'queries', 'queries'), decoderMask);
      const count = prefix?.[0]?.key.shape[1];
      const bias = count !== undefined && biases(build, 'decoder', 'decoder.prefixBiases', 'batch', 'queries', count);
      let x = rows;
      for (let layer = 0; layer < config.numDecoderLayers; layer++) {
        const name = `decoder.block.${layer}.layer`;
        const own = { rows: norm(build, x, `${name}.0.layer_norm`), mask };
        const [blocks, before] = [{ queries: decoder, keys: decoder }, prefix?.[layer]];
        const front = before && bias ? { ...before, bias } : undefined;
        x = build.add(x, attention(build, `${name}.0.SelfAttention`, own, blocks, front));
        const read = { rows: norm(build, x, `${name}.1.layer_norm`), over: states, mask: encoderMask };
        x = build.add(x, attention(build, `${name}.1.EncDecAttention`, read, { queries: decoder, keys: encoder }));
        x = build.add(x, feedForward(build, norm(build, x, `${name}.2.layer_norm`), `${name}.2.DenseReluDense`));
      }
      const normed = norm(build, x, 'decoder.final_layer_norm');
      return config.scaleOutputs ? build.mul(normed, 1 / Math.sqrt(d)) : normed;
    },
    positionFeeds({ encoderLength, decoder, prefix }) {
      const both = (distance: number): number => bucketOf(distance, relativeAttention, true);
      const backwards = (distance: number): number => bucketOf(distance, relativeAttention, false);
      const before = upTo(prefix);
      return {
        'encoder.biases': biasIndices(numHeads, [{ queries: upTo(encoderLength), keys: upTo(encoderLength) }], both),
        'decoder.biases': biasIndices(
          numHeads,
          decoder.map((positions) => ({ queries: positions, keys: positions })),
          backwards,
        ),
        ...(prefix > 0 && {
          'decoder.prefixBiases': biasIndices(
            numHeads,
            decoder.map((positions) => ({ queries: positions.map((position) => prefix + position), keys: before })),
            backwards,
          ),
        }),
      };
    },
  };
}

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
