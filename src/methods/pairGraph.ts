import { createBuilder, type Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import {
  declarePairLayout,
  packPairs,
  type EncoderDecoderModel,
  type Pair,
  type PairLayout,
} from '../models/encoderDecoder.js';
import { intVector, type Feeds, type GraphOutputs } from '../runtime/executor.js';
import { tokenLogProbabilities, withLossAndGradients } from './causalGraph.js';
import { embeddingsOf, fedParameters, trainingBuilder, type Lookup, type Method } from './method.js';
import { placedRowFeeds, placedRows, promptFeeds, sequenceCopies, withVirtualTokens } from './placedRows.js';
import { prefixBlocks } from './prefixBlocks.js';

/**
 * The graphs of a method on an encoder-decoder, and what they are fed. Virtual tokens are rows of the encoder's, in each text where its ids say
 * so; keys and values stand in front of the decoder's own.
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
  const prefix = entry === 'keysAndValues' ? virtualTokens : 0;
  return {
    ...feeds,
    ...model.positionFeeds({ ...positions, prefix }),
    ...(entry === 'anywhere'
      ? { ...placedRowFeeds(read, virtualTokens), ...promptFeeds(pairs, method) }
      : { ids: intVector(read.flatMap(({ ids }) => ids)) }),
  };
}

/** What tells the graphs of two kept prompts apart. */
export const pairMethodKey = ({ entry, virtualTokens, sharesLayers = false }: Method): string =>
  `${entry} ${virtualTokens} ${sharesLayers}`;

/** What the encoder makes of its rows [tokens, hidden], the virtual tokens among them. */
export function encoderStates(
  build: Builder,
  model: EncoderDecoderModel,
  method: Method,
  parameters: Lookup,
  layout: PairLayout,
): Value {
  const entering = method.entry === 'anywhere' ? embeddingsOf(build, method, parameters) : undefined;
  const rows = entering
    ? placedRows(build, model, sequenceCopies(build, entering))
    : build.gather(model.embeddings(build), build.input('ids', ['tokens']));
  return model.encode(build, rows, layout);
}

/** What the head reads of the decoder's rows [labels, hidden]. */
function decoderStates(build: Builder, model: EncoderDecoderModel, method: Method, parameters: Lookup): Value {
  const { entry, sharesLayers } = method;
  const entering = entry === 'keysAndValues' ? embeddingsOf(build, method, parameters) : undefined;
  const layout = declarePairLayout(build, model.heads);
  const states = encoderStates(build, model, method, parameters, layout);
  const rows = build.gather(model.embeddings(build), build.input('decoder.ids', ['labels']));
  const prefix = entering && prefixBlocks(build, model, entering, sharesLayers);
  return model.decode(build, rows, states, layout, prefix && { prefix });
}
