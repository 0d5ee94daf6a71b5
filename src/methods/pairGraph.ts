import { createBuilder, type Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import { declarePairLayout, packPairs, type EncoderDecoderModel, type Pair } from '../models/encoderDecoder.js';
import { virtualToken } from '../protocol/dataset.js';
import { intVector, type Feeds, type GraphOutputs } from '../runtime/executor.js';
import { tokenLogProbabilities, withLossAndGradients } from './causalGraph.js';
import { embeddingsOf, fedParameters, trainingBuilder, type Lookup, type Method } from './method.js';
import { placedRowFeeds, placedRows, promptFeeds, sequenceCopies } from './placedRows.js';
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
  const read = pairs.map((pair) => ({ ...pair, ids: idsFor(method, pair.ids) }));
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

/** Virtual tokens stand in front of a text that does not place them; a method that has none there reads the words alone. */
function idsFor({ entry, virtualTokens }: Method, ids: readonly number[]): readonly number[] {
  if (entry !== 'anywhere') return ids.filter((id) => id >= 0);
  if (ids.some((id) => id < 0)) return ids;
  return [...Array.from({ length: virtualTokens }, (_, i) => virtualToken(i)), ...ids];
}

/** What the head reads of the decoder's rows [labels, hidden]. */
function decoderStates(build: Builder, model: EncoderDecoderModel, method: Method, parameters: Lookup): Value {
  const { entry, sharesLayers } = method;
  const entering = embeddingsOf(build, method, parameters);
  const layout = declarePairLayout(build, model.heads);
  const embed = (name: string, count: string): Value =>
    build.gather(model.embeddings(build), build.input(name, [count]));
  const rows =
    entering && entry === 'anywhere'
      ? placedRows(build, model, sequenceCopies(build, entering))
      : embed('ids', 'tokens');
  const prefix = entering && entry === 'keysAndValues' ? prefixBlocks(build, model, entering, sharesLayers) : undefined;
  const states = model.encode(build, rows, layout);
  return model.decode(build, embed('decoder.ids', 'labels'), states, layout, prefix && { prefix });
}
