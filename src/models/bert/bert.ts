import type { Builder } from '../../graph/builder.js';
import type { Dim } from '../../graph/shape.js';
import type { Value } from '../../graph/value.js';
import { activation } from '../activation.js';
import { selfAttention } from '../attention.js';
import type { MaskedModel } from '../maskedModel.js';
import { selectLabelRows } from '../rowLayout.js';
import type { BertConfig } from './bertConfig.js';
import { bertNames } from './bertNames.js';

/**
 * BERT (Devlin et al. 2019) and RoBERTa (Liu et al. 2019): LayerNorm behind every part, learned positions and token types, of which a text
 * has the first one throughout; the head is a layer of its own in front of the embeddings as output matrix, with a bias.
 */
export function bertModel(config: BertConfig): MaskedModel {
  const { hiddenSize: d, headDim, innerSize, vocabularySize, maxPositions, firstPosition, tokenTypes } = config;
  const names = bertNames[config.architecture];
  const linear = (build: Builder, x: Value, name: string, inSize: number, outSize: number): Value =>
    build.gemm(x, build.weight(`${name}.weight`, [outSize, inSize]), {
      transB: true,
      c: build.weight(`${name}.bias`, [outSize]),
    });
  const norm = (build: Builder, x: Value, name: string): Value =>
    build.layerNorm(x, build.weight(`${name}.weight`, [d]), build.weight(`${name}.bias`, [d]), config.layerNormEps);
  const embeddingName = `${names.base}.embeddings.word_embeddings.weight`;
  const embeddings = (build: Builder): Value => build.weight(embeddingName, [vocabularySize, d]);

  /** Words with their positions and their type, normed. */
  const embedded = (build: Builder, rows: Value): Value => {
    const name = `${names.base}.embeddings`;
    const positions = build.weight(`${name}.position_embeddings.weight`, [firstPosition + maxPositions, d]);
    const types = build.weight(`${name}.token_type_embeddings.weight`, [tokenTypes, d]);
    const placed = build.add(rows, build.gather(positions, build.input('positions', [rows.shape[0] as Dim])));
    return norm(build, build.add(placed, build.gather(types, build.constant([0], [1], 'int'))), `${name}.LayerNorm`);
  };

  return {
    kind: 'masked',
    entryPoints: ['anywhere'],
    heads: config,
    numLayers: config.numLayers,
    hiddenSize: d,
    vocabularySize,
    maxPositions,
    embeddingName,
    embeddings,
    head: embeddings,
    headBias: (build) => build.weight(names.headBias, [vocabularySize]),
    positionFeeds: (positions) => ({
      positions: { data: positions.map((position) => position + firstPosition), shape: [positions.length] },
    }),
    hiddenStates(build, rows, layout) {
      let x = embedded(build, rows);
      for (let layer = 0; layer < config.numLayers; layer++) {
        const name = `${names.base}.encoder.layer.${layer}`;
        const labelsOnly = layer === config.numLayers - 1;
        const asking = labelsOnly ? selectLabelRows(build, x, layout) : x;
        const project = (of: Value, part: string): Value => linear(build, of, `${name}.attention.self.${part}`, d, d);
        const attended = selfAttention(build, config, layout, {
          query: build.mul(project(asking, 'query'), 1 / Math.sqrt(headDim)),
          key: project(x, 'key'),
          value: project(x, 'value'),
          labelsOnly,
          prefix: undefined,
        });
        const output = linear(build, attended, `${name}.attention.output.dense`, d, d);
        x = norm(build, build.add(asking, output), `${name}.attention.output.LayerNorm`);
        const inner = activation(
          build,
          config.activation,
          linear(build, x, `${name}.intermediate.dense`, d, innerSize),
        );
        x = norm(
          build,
          build.add(x, linear(build, inner, `${name}.output.dense`, innerSize, d)),
          `${name}.output.LayerNorm`,
        );
      }
      const transformed = activation(build, config.headActivation, linear(build, x, names.headDense, d, d));
      return norm(build, transformed, names.headNorm);
    },
  };
}
