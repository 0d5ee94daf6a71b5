import { createBuilder, type Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import {
  declarePairLayout,
  packPairs,
  type EncoderDecoderModel,
  type Pair,
  type PairHooks,
  type PairLayout,
} from '../models/encoderDecoder.js';
import { intVector, type Feeds, type GraphOutputs } from '../runtime/executor.js';
import { tokenLogProbabilities, withLossAndGradients } from './causalGraph.js';
import { embeddingsOf, fedParameters, partsOf, trainingBuilder, type Lookup, type Method } from './method.js';
import { placedRowFeeds, placedRows, promptFeeds, sequenceCopies, withVirtualTokens } from './placedRows.js';
import { prefixHooks } from './prefixBlocks.js';

/**
 * The graphs of a method on an encoder-decoder, and what they are fed. Virtual tokens are rows of the encoder's, in each text where its ids say
 * so; keys and values stand in front of those of one attention or several.
 */

/** Loss and gradients, as `trainingGraph` of a causal model. */
export function pairTrainingGraph(model: EncoderDecoderModel, method: Method): GraphOutputs {
  const { build, parameters } = trainingBuilder(method);
  return withLossAndGradients(build, model, method, parameters, decoderStates(build, model, method, parameters));
}

/** `logits` [labels, vocabulary] of the decoder's rows. */
export function pairLogitsGraph(model: EncoderDecoderModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const states = decoderStates(build, model, method, fedParameters(build, method));
  return { logits: build.gemm(states, model.head(build), { transB: true }) };
}

/** What `tokenLogProbabilities` gives at the decoder's rows. */
export function pairScoringGraph(model: EncoderDecoderModel, method: Method): GraphOutputs {
  const build = createBuilder();
  return tokenLogProbabilities(build, model, decoderStates(build, model, method, fedParameters(build, method)));
}

/** Feeds of a batch, the parameters and targets left to the caller. */
export function pairFeeds(model: EncoderDecoderModel, method: Method, pairs: readonly Pair[]): Feeds {
  const { entry, virtualTokens } = method;
  const read = pairs.map((pair) => ({ ...pair, ids: withVirtualTokens(method, pair.ids) }));
  const { feeds, positions } = packPairs(model.heads, read);
  const parts = partsOf(method);
  const prefixOf = (part: 'decoder' | 'encoder'): number => (parts.includes(part) ? virtualTokens : 0);
  return {
    ...feeds,
    ...model.positionFeeds({
      ...positions,
      prefix: { decoder: prefixOf('decoder'), encoder: prefixOf('encoder') },
    }),
    ...(entry === 'anywhere'
      ? { ...placedRowFeeds(read, virtualTokens), ...promptFeeds(pairs, method) }
      : { ids: intVector(read.flatMap(({ ids }) => ids)) }),
  };
}

/** What tells the graphs of two kept prompts apart. */
export const pairMethodKey = (method: Method): string => {
  const { entry, virtualTokens, sharesLayers = false, prompts = 1 } = method;
  return [entry, virtualTokens, sharesLayers, prompts, ...partsOf(method)].join(' ');
};

/** What the encoder makes of its rows [tokens, hidden], the virtual tokens among them, and what a prefix puts in front of each attention. */
export function encoderStates(
  build: Builder,
  model: EncoderDecoderModel,
  method: Method,
  parameters: Lookup,
  layout: PairLayout,
): { readonly states: Value; readonly hooks: PairHooks } {
  const entering = embeddingsOf(build, method, parameters);
  const isPlaced = method.entry === 'anywhere';
  const hooks = entering && !isPlaced ? prefixHooks(build, model, method, entering) : {};
  const rows =
    entering && isPlaced
      ? placedRows(build, model, sequenceCopies(build, entering))
      : build.gather(model.embeddings(build), build.input('ids', ['tokens']));
  return { states: model.encode(build, rows, layout, hooks.encoder), hooks };
}

/** What the head reads of the decoder's rows [labels, hidden]. */
function decoderStates(build: Builder, model: EncoderDecoderModel, method: Method, parameters: Lookup): Value {
  const layout = declarePairLayout(build, model.heads);
  const { states, hooks } = encoderStates(build, model, method, parameters, layout);
  const rows = build.gather(model.embeddings(build), build.input('decoder.ids', ['labels']));
  return model.decode(build, rows, states, layout, hooks);
}
