import type { Builder } from '../../graph/builder.js';
import type { Value } from '../../graph/value.js';
import { activation } from '../activation.js';
import { selfAttention } from '../attention.js';
import type { CausalModel } from '../causalModel.js';
import { selectLabelRows } from '../rowLayout.js';
import type { Gpt2Config } from './gpt2Config.js';

/** GPT-2 (Radford et al. 2019): pre-norm LayerNorm, learned positions, one matrix for queries, keys and values stored as [in, out]. */
export function gpt2Model(config: Gpt2Config): CausalModel {
  const { hiddenSize: d, headDim, innerSize, vocabularySize, maxPositions } = config;
  const linear = (build: Builder, x: Value, name: string, inSize: number, outSize: number): Value =>
    build.gemm(x, build.weight(`${name}.weight`, [inSize, outSize]), { c: build.weight(`${name}.bias`, [outSize]) });
  const norm = (build: Builder, x: Value, name: string): Value =>
    build.layerNorm(x, build.weight(`${name}.weight`, [d]), build.weight(`${name}.bias`, [d]), config.layerNormEps);
  const embeddingName = 'transformer.wte.weight';
  const embeddings = (build: Builder): Value => build.weight(embeddingName, [vocabularySize, d]);

  return {
    kind: 'causal',
    entryPoints: ['front', 'anywhere', 'keysAndValues'],
    heads: config,
    numLayers: config.numLayers,
    hiddenSize: d,
    vocabularySize,
    maxPositions,
    embeddingName,
    embeddings,
    head: (build) =>
      config.tieWordEmbeddings ? embeddings(build) : build.weight('lm_head.weight', [vocabularySize, d]),
    positionFeeds: (positions) => ({ positions: { data: positions, shape: [positions.length] } }),
    hiddenStates(build, rows, layout, { prefix, onKeysAndValues } = {}) {
      const positions = build.weight('transformer.wpe.weight', [maxPositions, d]);
      let x = build.add(rows, build.gather(positions, build.input('positions', [layout.rows])));
      for (let layer = 0; layer < config.numLayers; layer++) {
        const name = `transformer.h.${layer}`;
        const labelsOnly = layer === config.numLayers - 1;
        const toLabels = (v: Value): Value => (labelsOnly ? selectLabelRows(build, v, layout) : v);

        const projected = linear(build, norm(build, x, `${name}.ln_1`), `${name}.attn.c_attn`, d, 3 * d);
        const [q, key, value] = build.split(projected, [d, d, d], 1) as [Value, Value, Value];
        const query = build.mul(toLabels(q), 1 / Math.sqrt(headDim));
        onKeysAndValues?.(key, value);
        const attended = selfAttention(build, config, layout, {
          query,
          key,
          value,
          labelsOnly,
          prefix: prefix?.[layer],
        });
        x = build.add(toLabels(x), linear(build, attended, `${name}.attn.c_proj`, d, d));

        const inner = linear(build, norm(build, x, `${name}.ln_2`), `${name}.mlp.c_fc`, d, innerSize);
        x = build.add(
          x,
          linear(build, activation(build, config.activation, inner), `${name}.mlp.c_proj`, innerSize, d),
        );
      }
      return norm(build, x, 'transformer.ln_f');
    },
  };
}
