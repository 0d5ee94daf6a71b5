import { describe, expect, it } from 'vitest';
import { defined } from '../../src/common/assert.js';
import { createBuilder } from '../../src/graph/builder.js';
import { targetFeeds } from '../../src/methods/causalGraph.js';
import { direct, embeddingsGraph, kept, noMethod, promptEmbeddings, type Method } from '../../src/methods/method.js';
import { methodOf } from '../../src/methods/methodOf.js';
import { pairFeeds, pairLogitsGraph, pairMethodKey, pairTrainingGraph } from '../../src/methods/pairGraph.js';
import { keysAndValuesFeeds, keysAndValuesGraph, prefixHooks } from '../../src/methods/prefixBlocks.js';
import {
  declarePairLayout,
  type EncoderDecoderModel,
  type Pair,
  type PairHooks,
} from '../../src/models/encoderDecoder.js';
import { t5Model } from '../../src/models/t5/t5.js';
import type { PrefixAttention } from '../../src/protocol/prefixAttention.js';
import { recipeSchema, type RecipeInput } from '../../src/protocol/recipe.js';
import type { GraphOutputs } from '../../src/runtime/executor.js';
import { interpret, type Operand, type Tensor64 } from '../support/float64.js';
import { drawnParameters, expectGradients } from '../support/gradientChecks.js';
import { relativeError } from '../support/numbers.js';
import { randomWeights, tinyT5, writeWeights } from '../support/tinyModels.js';

type Config = NonNullable<RecipeInput['method']>;

const prefix = (prefix_attention: PrefixAttention[], more: object = {}): Config => ({
  peft_type: 'PREFIX_TUNING',
  num_virtual_tokens: 3,
  prefix_attention,
  ...more,
});
const methodFor = (model: EncoderDecoderModel, config: Config): Method =>
  methodOf(recipeSchema.shape.method.parse(config), model, false);

const pairs: readonly Pair[] = [
  { ids: [5, 6, 7, 8, 9], decoder: { ids: [0, 4] } },
  { ids: [3], decoder: { ids: [0, 9, 11] } },
  { ids: [12, 7, 20], decoder: { ids: [0] } },
];
const targets = [4, 9, 1, 20, 7, 13];
/** Between the curvature that a longer step meets and the rounding that a shorter one drowns in. */
const step = 3e-5;

const prefixes: [string, Config, width: number][] = [
  ['the encoder', prefix(['encoder']), 2 * 3 * 12],
  ['cross-attention', prefix(['cross']), 2 * 2 * 12],
  ['all attentions', prefix(['cross', 'decoder', 'encoder']), 2 * 7 * 12],
  [
    'all attentions through a projection',
    prefix(['decoder', 'encoder', 'cross'], { prefix_projection: true, encoder_hidden_size: 4 }),
    2 * 7 * 12,
  ],
];

describe.each(prefixes)('a prefix in %s', (_name, config, width) => {
  const modelConfig = tinyT5();
  const model = t5Model(modelConfig);
  const weights = randomWeights(modelConfig);
  const method = methodFor(model, config);

  it('has a pair of keys and values for every block where it stands', () => {
    expect(method.width).toBe(width);
    const { parameters, ...places } = kept(method);
    expect(places).toEqual({
      entry: 'keysAndValues',
      virtualTokens: 3,
      width,
      prefixAttention: method.prefixAttention,
    });
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([[promptEmbeddings, [3, width]]]);
    expect(pairMethodKey(kept(method))).not.toBe(pairMethodKey({ ...kept(method), prefixAttention: ['decoder'] }));
  });

  it('has the gradients of finite differences, of onnxruntime and of TensorFlow', async () => {
    const values = drawnParameters(method, 'pair gradients');
    const graph = pairTrainingGraph(model, method);
    const feeds = { ...pairFeeds(model, method, pairs), ...targetFeeds(targets, 1 / targets.length), ...values };
    const frozen = { weights, written: await writeWeights(weights) };
    await expectGradients(graph, values, feeds, frozen, step);
    // What is kept of a network does what the network does.
    const made = interpret(embeddingsGraph(method), values)[promptEmbeddings];
    const logitsOf = (of: Method, parameters: Readonly<Record<string, Operand>>): Float64Array =>
      defined(interpret(pairLogitsGraph(model, of), { ...feeds, ...parameters }, weights).logits, 'logits').data;
    const keptLogits = logitsOf(kept(method), { [promptEmbeddings]: defined(made, promptEmbeddings) });
    expect(relativeError(keptLogits, logitsOf(method, values))).toBeLessThan(1e-12);
  });
});

describe('keys and values that the model itself makes of words', () => {
  const words = [3, 11, 7, 2];
  const text = [5, 6, 7, 8];
  const made = (
    model: EncoderDecoderModel,
    weights: Readonly<Record<string, Operand>>,
    part: PrefixAttention,
  ): Tensor64 =>
    defined(
      interpret(keysAndValuesGraph(model, 'ids', [part]), keysAndValuesFeeds(model, { ids: words }), weights)[
        promptEmbeddings
      ],
      'a prefix',
    );
  const run = (
    graph: GraphOutputs,
    feeds: Readonly<Record<string, Operand>>,
    weights: Readonly<Record<string, Operand>>,
  ): Float64Array => defined(Object.values(interpret(graph, feeds, weights))[0], 'an output').data;

  it('in cross-attention are what reading their states beside those of the text is', () => {
    const config = tinyT5();
    const model = t5Model(config);
    const weights = randomWeights(config);
    const decoder = { ids: [0, 9, 11] };
    const prefix = made(model, weights, 'cross');
    const method: Method = {
      ...direct('keysAndValues', words.length, defined(prefix.shape[1], 'a width')),
      prefixAttention: ['cross'],
    };
    const prefixed = run(
      pairLogitsGraph(model, method),
      { ...pairFeeds(model, method, [{ ids: text, decoder }]), [promptEmbeddings]: prefix },
      weights,
    );

    const statesOf = (ids: readonly number[]): Float64Array => {
      const build = createBuilder();
      const layout = declarePairLayout(build, model.heads);
      const rows = build.gather(model.embeddings(build), build.input('ids', ['tokens']));
      return run(
        { states: model.encode(build, rows, layout) },
        pairFeeds(model, noMethod, [{ ids, decoder }]),
        weights,
      );
    };
    const build = createBuilder();
    const layout = declarePairLayout(build, model.heads);
    const rows = build.gather(model.embeddings(build), build.input('decoder.ids', ['labels']));
    const states = build.input('states', ['tokens', model.hiddenSize], 'float');
    const logits = build.gemm(model.decode(build, rows, states, layout), model.head(build), { transB: true });
    const read = run(
      { logits },
      {
        ...pairFeeds(model, noMethod, [{ ids: [...words, ...text], decoder }]),
        states: {
          data: Float64Array.of(...statesOf(words), ...statesOf(text)),
          shape: [words.length + text.length, model.hiddenSize],
        },
      },
      weights,
    );
    expect(relativeError(prefixed, read)).toBeLessThan(1e-12);
  });

  it('in the encoder are what the words in front are to its first block', () => {
    const config = tinyT5({ numLayers: 1 });
    const model = t5Model(config);
    const weights = randomWeights(config);
    const prefix = made(model, weights, 'encoder');
    const method: Method = {
      ...direct('keysAndValues', words.length, defined(prefix.shape[1], 'a width')),
      prefixAttention: ['encoder'],
    };
    const statesOf = (of: Method, ids: readonly number[]): Float64Array => {
      const build = createBuilder();
      const layout = declarePairLayout(build, model.heads);
      const rows = build.gather(model.embeddings(build), build.input('ids', ['tokens']));
      const matrix = build.input(promptEmbeddings, [words.length, defined(prefix.shape[1], 'a width')], 'float');
      const { encoder }: PairHooks = of.virtualTokens > 0 ? prefixHooks(build, model, of, matrix) : {};
      return run(
        { states: model.encode(build, rows, layout, encoder) },
        { ...pairFeeds(model, of, [{ ids, decoder: { ids: [0] } }]), [promptEmbeddings]: prefix },
        weights,
      );
    };
    const behind = statesOf(noMethod, [...words, ...text]).slice(words.length * model.hiddenSize);
    expect(relativeError(statesOf(method, text), behind)).toBeLessThan(1e-12);
  });

  it('stand one behind the other, whether they came from ids or from vectors', () => {
    const config = tinyT5();
    const model = t5Model(config);
    const weights = randomWeights(config);
    const all = ['decoder', 'encoder', 'cross'] as const;
    const apart = all.map((part) => made(model, weights, part));
    const row = apart.flatMap(({ data, shape: [, width = 0] }) => [...data.slice(0, width)]);
    const { data: table } = defined(weights['shared.weight'], 'embeddings');
    const { hiddenSize: size } = model;
    const vectors = Float32Array.from(words.flatMap((id) => [...table.subarray(id * size, (id + 1) * size)]));
    for (const source of [{ ids: words }, { vectors }]) {
      const from = 'ids' in source ? 'ids' : 'vectors';
      const { data, shape } = defined(
        interpret(keysAndValuesGraph(model, from, all), keysAndValuesFeeds(model, source), weights)[promptEmbeddings],
        'a prefix',
      );
      expect(shape).toEqual([words.length, 2 * 7 * 12]);
      expect(relativeError(data.slice(0, row.length), row)).toBeLessThan(1e-12);
    }
  });
});
