import { defined } from '../common/assert.js';
import { createBuilder, type Builder } from '../graph/builder.js';
import { gradients } from '../graph/gradient.js';
import { addDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { CausalModel } from '../models/causalModel.js';
import { packBatch, sharedBeginning, withoutBeginning } from '../models/packBatch.js';
import { declareRowLayout, type RowLayout, type Sequence } from '../models/rowLayout.js';
import { intVector, type Executor, type Feeds, type GraphOutputs, type Tensor } from '../runtime/executor.js';
import { embeddingsOf, fedParameters, trainingBuilder, type Lookup, type Method } from './method.js';
import { placedRowFeeds, placedRows, promptFeeds, sequenceCopies } from './placedRows.js';
import { prefixBlocks } from './prefixBlocks.js';

/**
 * The graphs of a method on a causal model, and what they are fed.
 *
 * Where virtual tokens stand: in `front`, once for all sequences and shared by them, together with the tokens that all sequences of the batch
 * begin with (a template's first words), which also stand behind a prefix of `keysAndValues` and are computed once; or `anywhere`, as rows
 * of every sequence (`virtualToken` among its ids). The first and the last give the same gradient.
 */

/** What turns hidden states into logits [rows, vocabulary]. */
type Head = Pick<CausalModel, 'head'> & {
  /** Added to the logits, [vocabulary]. */
  readonly headBias?: (build: Builder) => Value;
};

export const gradientName = (parameter: string): string => `gradient.${parameter}`;

/**
 * Loss and gradients. The loss is Σ weight · (−log p(target)) over the label rows; with equal weights 1/n it is the mean that PEFT
 * trains (cross entropy without the labels −100).
 */
export function trainingGraph(model: CausalModel, method: Method, beginning = true): GraphOutputs {
  const { build, parameters } = trainingBuilder(method);
  const hidden = labelStates(build, model, method, parameters, beginning);
  return withLossAndGradients(build, model, method, parameters, hidden);
}

/** `loss`, and a gradient of each parameter, from hidden states [labels, hidden] that the head reads. */
export function withLossAndGradients(
  build: Builder,
  model: Head,
  method: Method,
  parameters: Lookup,
  hidden: Value,
): GraphOutputs {
  const targets = build.input('targets', ['labels']);
  const logProbabilities = build.sub(targetLogits(build, model, hidden, targets), normalisers(build, model, hidden));
  const weights = build.input('targetWeights', ['labels', 1], 'float');
  const loss = build.reduceSum(build.mul(logProbabilities, build.mul(weights, -1)), [0, 1], false);
  return withGradients(build, method, parameters, loss);
}

/** `loss`, and its gradient by each parameter. */
export function withGradients(build: Builder, method: Method, parameters: Lookup, loss: Value): GraphOutputs {
  const slopes = gradients(
    build,
    loss,
    method.parameters.map(({ name }) => parameters(name)),
  );
  return {
    loss,
    ...Object.fromEntries(method.parameters.map(({ name }, i) => [gradientName(name), defined(slopes[i], name)])),
  };
}

/** `logits` [labels, vocabulary] of the label rows. */
export function logitsGraph(model: CausalModel, method: Method, beginning = true): GraphOutputs {
  const build = createBuilder();
  const hidden = labelStates(build, model, method, fedParameters(build, method), beginning);
  return { logits: build.gemm(hidden, model.head(build), { transB: true }) };
}

/**
 * Whether a batch runs in the graph with a shared beginning. Behind a prefix there may be none, and products over no rows are not to be
 * trusted (onnxruntime 1.30 gave wrong gradients): such batches have a graph of their own.
 */
export const hasBeginning = ({ entry }: Pick<Method, 'entry'>, sequences: readonly Sequence[]): boolean =>
  entry !== 'keysAndValues' || sharedBeginning(sequences) > 0;

/** A method's graph, made ready to run; the one without a shared beginning is opened when the first such batch comes. */
export async function openMethod(
  open: (graph: GraphOutputs) => Promise<Executor>,
  { entry }: Pick<Method, 'entry'>,
  graph: (beginning: boolean) => GraphOutputs,
): Promise<Executor> {
  if (entry !== 'keysAndValues') return open(graph(true));
  const sessions = new Map<boolean, Promise<Executor>>();
  const sessionFor = (beginning: boolean): Promise<Executor> => {
    const session = sessions.get(beginning) ?? open(graph(beginning));
    sessions.set(beginning, session);
    return session;
  };
  return {
    run: async (feeds) => (await sessionFor((feeds.commonIds?.data.length ?? 0) > 0)).run(feeds),
    dispose: async () => {
      for (const session of sessions.values()) await (await session).dispose();
    },
  };
}

/** Feeds of a batch, the parameters and targets left to the caller. */
export function batchFeeds(model: CausalModel, method: Method, sequences: readonly Sequence[]): Feeds {
  const { entry, virtualTokens } = method;
  const common = virtualTokens > 0 && entry !== 'anywhere' ? sharedBeginning(sequences) : 0;
  const plan = {
    front: common + (entry === 'front' ? virtualTokens : 0),
    prefix: entry === 'keysAndValues' ? virtualTokens : 0,
  };
  const { feeds, ids, positions } = packBatch(model.heads, plan, withoutBeginning(sequences, common));
  const rows =
    entry === 'anywhere'
      ? { ...placedRowFeeds(sequences, method.virtualTokens), ...promptFeeds(sequences, method) }
      : { commonIds: intVector(sequences[0]?.ids.slice(0, common) ?? []), ids: intVector(ids) };
  return { ...feeds, ...model.positionFeeds(positions), ...rows };
}

/** Feeds of the loss: the expected token at every label row, and its weight in the loss. */
export function targetFeeds(targets: readonly number[], weight: number): Record<'targets' | 'targetWeights', Tensor> {
  return {
    targets: intVector(targets),
    targetWeights: { data: new Float32Array(targets.length).fill(weight), shape: [targets.length, 1] },
  };
}

/** The model's normed hidden states [labels, hidden] at the label rows. */
function labelStates(
  build: Builder,
  model: CausalModel,
  method: Method,
  parameters: Lookup,
  beginning: boolean,
): Value {
  const { entry, virtualTokens } = method;
  const entering = embeddingsOf(build, method, parameters);
  const embed = (name: string, count: Dim): Value => build.gather(model.embeddings(build), build.input(name, [count]));
  const layoutOf = (front: Dim, prefix = 0): RowLayout => declareRowLayout(build, model.heads, { front, prefix });
  if (!entering) return model.hiddenStates(build, embed('ids', 'tokens'), layoutOf(0));
  if (entry === 'anywhere')
    return model.hiddenStates(build, placedRows(build, model, sequenceCopies(build, entering)), layoutOf(0));
  const tokens = embed('ids', 'tokens');
  const rows = beginning ? [embed('commonIds', 'common'), tokens] : [tokens];
  if (entry === 'front') {
    const layout = layoutOf(addDims(virtualTokens, 'common'));
    return model.hiddenStates(build, build.concat([entering, ...rows], 0), layout);
  }
  const prefix = prefixBlocks(build, model, entering);
  return model.hiddenStates(build, build.concat(rows, 0), layoutOf(beginning ? 'common' : 0, virtualTokens), {
    prefix,
  });
}

/** `logProbabilities` [pairs, 1] of tokens at rows of `hidden` [labels, hidden], any number of tokens a row: for ranking labels. */
export function tokenLogProbabilities(build: Builder, model: Head, hidden: Value): GraphOutputs {
  const pairRows = build.input('pairRows', ['pairs']);
  const logits = targetLogits(build, model, build.gather(hidden, pairRows), build.input('pairTargets', ['pairs']));
  return { logProbabilities: build.sub(logits, build.gather(normalisers(build, model, hidden), pairRows)) };
}

/** Logits [rows, 1] of one token a row: hidden · E[target], so that neither a one-hot matrix nor a scatter is needed. */
function targetLogits(build: Builder, model: Head, hidden: Value, targets: Value): Value {
  const logits = build.reduceSum(build.mul(hidden, build.gather(model.head(build), targets)), [1], true);
  const bias = model.headBias && build.gather(model.headBias(build), targets);
  return bias ? build.add(logits, build.reshape(bias, logits.shape)) : logits;
}

/** log Σ exp of the logits, [rows, 1]. */
function normalisers(build: Builder, model: Head, hidden: Value): Value {
  return build.reduceLogSumExp(build.gemm(hidden, model.head(build), { transB: true, c: model.headBias?.(build) }));
}
