import type { Builder } from '../../graph/builder.js';
import type { Dim } from '../../graph/shape.js';
import type { Value } from '../../graph/value.js';
import { selfAttention } from '../attention.js';
import { selectLabelRows } from '../rowLayout.js';
import { activation } from '../activation.js';
import type { CausalModel } from '../causalModel.js';
import { declareRotary, rotaryAngles, unrotated, type Angles } from './rotary.js';
import type { LlamaConfig } from './llamaConfig.js';

/** The Llama shape (Touvron et al. 2023): pre-norm RMSNorm, rotary positions, grouped-query attention, gated MLP; Qwen2's biases. */
export function llamaModel(config: LlamaConfig): CausalModel {
  const { hiddenSize: d, numHeads, numKeyValueHeads, headDim, intermediateSize, vocabularySize } = config;
  const [queryWidth, keyWidth] = [numHeads * headDim, numKeyValueHeads * headDim];
  const linear = (build: Builder, x: Value, name: string, inSize: number, outSize: number, bias: boolean): Value =>
    build.gemm(x, build.weight(`${name}.weight`, [outSize, inSize]), {
      transB: true,
      c: bias ? build.weight(`${name}.bias`, [outSize]) : undefined,
    });
  const norm = (build: Builder, x: Value, name: string): Value =>
    build.rmsNorm(x, build.weight(`${name}.weight`, [d]), config.rmsNormEps);
  const embeddingName = 'model.embed_tokens.weight';
  const embeddings = (build: Builder): Value => build.weight(embeddingName, [vocabularySize, d]);

  return {
    kind: 'causal',
    entryPoints: ['front', 'anywhere', 'keysAndValues'],
    heads: config,
    numLayers: config.numLayers,
    hiddenSize: d,
    vocabularySize,
    maxPositions: config.maxPositions,
    embeddingName,
    embeddings,
    head: (build) =>
      config.tieWordEmbeddings ? embeddings(build) : build.weight('lm_head.weight', [vocabularySize, d]),
    positionFeeds: rotaryAngles(config.ropeTheta, headDim),
    unrotatedKey: (key, position) => unrotated(key, position, config.ropeTheta, headDim),
    hiddenStates(build, rows, layout, { prefix, onKeysAndValues } = {}) {
      const rotary = declareRotary(build, headDim, layout);
      const { qkv, output } = config.attentionBias;
      let x = rows;
      for (let layer = 0; layer < config.numLayers; layer++) {
        const name = `model.layers.${layer}`;
        const labelsOnly = layer === config.numLayers - 1;
        const toLabels = (v: Value): Value => (labelsOnly ? selectLabelRows(build, v, layout) : v);
        const project = (input: Value, part: string, width: number): Value =>
          linear(build, input, `${name}.self_attn.${part}_proj`, d, width, qkv);
        const rotate = (v: Value, count: number, at: Angles): Value =>
          build.reshape(
            build.rotaryEmbedding(build.reshape(v, [v.shape[0] as Dim, count, headDim]), at.cos, at.sin),
            v.shape,
          );

        const normed = norm(build, x, `${name}.input_layernorm`);
        const query = rotate(
          project(toLabels(normed), 'q', queryWidth),
          numHeads,
          labelsOnly ? rotary.labelQuery : rotary.query,
        );
        const key = rotate(project(normed, 'k', keyWidth), numKeyValueHeads, rotary.key);
        const value = project(normed, 'v', keyWidth);
        onKeysAndValues?.(key, value);
        const attended = selfAttention(build, config, layout, {
          query,
          key,
          value,
          labelsOnly,
          prefix: prefix?.[layer],
        });
        x = build.add(toLabels(x), linear(build, attended, `${name}.self_attn.o_proj`, queryWidth, d, output));

        const inner = norm(build, x, `${name}.post_attention_layernorm`);
        const gate = linear(build, inner, `${name}.mlp.gate_proj`, d, intermediateSize, config.mlpBias);
        const up = linear(build, inner, `${name}.mlp.up_proj`, d, intermediateSize, config.mlpBias);
        const gated =
          config.activation === 'silu'
            ? build.swiGlu(gate, up)
            : build.mul(activation(build, config.activation, gate), up);
        x = build.add(x, linear(build, gated, `${name}.mlp.down_proj`, intermediateSize, d, config.mlpBias));
      }
      return norm(build, x, 'model.norm');
    },
  };
}
