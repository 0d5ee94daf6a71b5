import { createBuilder, type Builder } from '../graph/builder.js';
import type { Value } from '../graph/value.js';
import { declareTextLayout, packTexts, type MaskedModel } from '../models/maskedModel.js';
import type { Sequence } from '../models/rowLayout.js';
import { maskAt } from '../protocol/dataset.js';
import { intVector, type Feeds, type GraphOutputs, type Tensor } from '../runtime/executor.js';
import { tokenLogProbabilities, withGradients, withLossAndGradients } from './causalGraph.js';
import { classEmbeddings, embeddingsOf, fedParameters, trainingBuilder, type Lookup, type Method } from './method.js';
import { placedRowFeeds, placedRows, promptFeeds, sequenceCopies, withVirtualTokens } from './placedRows.js';

/**
 * The graphs of a method on a masked model, and what they are fed. Virtual tokens are rows of each text, where its ids say so; the label rows
 * are its masks. Words are read by the model's output matrix, over the whole vocabulary; where a method has vectors of its own for the classes
 * (WARP), these stand in the matrix's place and probabilities are over the classes.
 */

/** A text whose masks are read. */
export type MaskedText = Pick<Sequence, 'ids' | 'labelRows' | 'prompt'>;

/**
 * A text with `count` masks in the place of its answer. An answer of k tokens is read at k masks in one pass, each by itself: the score of PET with
 * several masks (Schick, Schütze 2021b §3.1, its q̃ with k = |v(y)|), p(t₁ … t_k) = Π p(tᵢ at mask i).
 */
export function maskedText(ids: readonly number[], count: number): MaskedText {
  const at = ids.findIndex((id) => maskAt(id) !== undefined);
  const masks = Array<number>(count).fill(maskAt(ids[at] ?? 0) ?? 0);
  return { ids: [...ids.slice(0, at), ...masks, ...ids.slice(at + 1)], labelRows: masks.map((_, i) => at + i) };
}

/** Loss and gradients: cross entropy at the masks over the vocabulary, or over the classes (Hambardzumyan et al. 2021 §3.1). */
export function maskedTrainingGraph(model: MaskedModel, method: Method): GraphOutputs {
  const { build, parameters } = trainingBuilder(method);
  const states = maskStates(build, model, method, parameters);
  if (method.classes === undefined) return withLossAndGradients(build, model, method, parameters, states);
  const chosen = build.input('classTargets', ['labels', method.classes], 'float');
  const likelihood = build.mul(classLogProbabilities(build, states, parameters), chosen);
  return withGradients(build, method, parameters, build.mul(build.reduceSum(likelihood, [0, 1], false), -1));
}

/** `logits` [labels, vocabulary] at the masks. */
export function maskedLogitsGraph(model: MaskedModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const states = maskStates(build, model, method, fedParameters(build, method));
  return { logits: build.gemm(states, model.head(build), { transB: true, c: model.headBias(build) }) };
}

/** What `tokenLogProbabilities` gives at the masks; of a method with classes `logProbabilities` [labels, classes]. */
export function maskedScoringGraph(model: MaskedModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const parameters = fedParameters(build, method);
  const states = maskStates(build, model, method, parameters);
  return method.classes === undefined
    ? tokenLogProbabilities(build, model, states)
    : { logProbabilities: classLogProbabilities(build, states, parameters) };
}

/** Feeds of a batch, the parameters and targets left to the caller. */
export function maskedFeeds(model: MaskedModel, method: Method, texts: readonly MaskedText[]): Feeds {
  const read = texts.map((text) => textFor(method, text));
  const { feeds, positions } = packTexts(model.heads, read);
  return {
    ...feeds,
    ...model.positionFeeds(positions),
    ...(method.entry === 'anywhere'
      ? { ...placedRowFeeds(read, method.virtualTokens), ...promptFeeds(read, method) }
      : { ids: intVector(read.flatMap(({ ids }) => ids)) }),
  };
}

/** Feeds of a loss over classes: of each text its class, with its weight in the loss. */
export function classTargetFeeds(
  targets: readonly number[],
  classes: number,
  weight: number,
): Record<'classTargets', Tensor> {
  const data = new Float32Array(targets.length * classes);
  targets.forEach((target, i) => (data[i * classes + target] = weight));
  return { classTargets: { data, shape: [targets.length, classes] } };
}

/** As `withVirtualTokens`; what comes in front moves the masks on, and what is left out moves them back. */
function textFor(method: Method, text: MaskedText): MaskedText {
  const ids = withVirtualTokens(method, text.ids);
  const added = ids.length - text.ids.length;
  const leftOut = (row: number): number => text.ids.slice(0, row).filter((id) => id < 0).length;
  const labelRows = text.labelRows.map((row) => (added < 0 ? row - leftOut(row) : row + added));
  return { ...text, ids, labelRows };
}

/** What the output matrix, or the classes' vectors, read of the masks [labels, hidden]. */
function maskStates(build: Builder, model: MaskedModel, method: Method, parameters: Lookup): Value {
  const entering = embeddingsOf(build, method, parameters);
  const rows =
    entering && method.entry === 'anywhere'
      ? placedRows(build, model, sequenceCopies(build, entering))
      : build.gather(model.embeddings(build), build.input('ids', ['tokens']));
  return model.hiddenStates(build, rows, declareTextLayout(build, model.heads));
}

/** log softmax of states · vᵀ over the classes' vectors v: [labels, classes]. */
function classLogProbabilities(build: Builder, states: Value, parameters: Lookup): Value {
  const logits = build.gemm(states, parameters(classEmbeddings), { transB: true });
  return build.sub(logits, build.reduceLogSumExp(logits));
}
