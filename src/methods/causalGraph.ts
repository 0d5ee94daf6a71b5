import { defined } from '../common/assert.js';
import { createBuilder, type Builder } from '../graph/builder.js';
import { gradients } from '../graph/gradient.js';
import { addDims, type Dim } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import type { CausalModel } from '../models/causalModel.js';
import { declareRowLayout, packBatch, sharedBeginning, withoutBeginning, type Sequence } from '../models/rowLayout.js';
import { intVector, type Feeds, type GraphOutputs, type Tensor } from '../runtime/executor.js';
import type { Method } from './method.js';
import { placedRowFeeds, placedRows } from './placedRows.js';

/**
 * The graphs of a method on a causal model, and what they are fed.
 *
 * Where virtual tokens stand: `front`, once for all sequences and shared by them, which a causal model allows since nothing before them
 * depends on what follows, together with the tokens that all sequences of the batch begin with (a template's first words); or `anywhere`, as rows of every sequence (`virtualToken` among its ids). Both give the same gradient.
 */
export type Entry = 'front' | 'anywhere';

interface GraphPlan {
  /** Whether sequences may branch: the scoring graph's may, the others' may not. */
  readonly branching: boolean;
  readonly entry: Entry;
}

export const gradientName = (parameter: string): string => `gradient.${parameter}`;

/**
 * Loss and gradients. The loss is Σ weight · (−log p(target)) over the label rows; with equal weights 1/n it is the mean that PEFT
 * trains (cross entropy without the labels −100).
 */
export function trainingGraph(model: CausalModel, method: Method, entry: Entry = 'front'): GraphOutputs {
  const build = createBuilder();
  const parameters = method.parameters.map(({ name, shape }) => build.parameter(name, shape));
  const hidden = labelStates(build, model, method, parameters, { branching: false, entry });
  const targets = build.input('targets', ['labels']);
  const logProbabilities = build.sub(targetLogits(build, model, hidden, targets), normalisers(build, model, hidden));
  const weights = build.input('targetWeights', ['labels', 1], 'float');
  const loss = build.reduceSum(build.mul(logProbabilities, build.mul(weights, -1)), [0, 1], false);
  const slopes = gradients(build, loss, parameters);
  return {
    loss,
    ...Object.fromEntries(method.parameters.map(({ name }, i) => [gradientName(name), defined(slopes[i], name)])),
  };
}

/** `logProbabilities` [pairs, 1] of tokens at label rows, any number of tokens a row: for ranking labels. */
export function scoringGraph(model: CausalModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const hidden = labelStates(build, model, method, fedParameters(build, method), { branching: true, entry: 'front' });
  const pairRows = build.input('pairRows', ['pairs']);
  const logits = targetLogits(build, model, build.gather(hidden, pairRows), build.input('pairTargets', ['pairs']));
  return { logProbabilities: build.sub(logits, build.gather(normalisers(build, model, hidden), pairRows)) };
}

/** `logits` [labels, vocabulary] of the label rows. */
export function logitsGraph(model: CausalModel, method: Method): GraphOutputs {
  const build = createBuilder();
  const hidden = labelStates(build, model, method, fedParameters(build, method), { branching: false, entry: 'front' });
  return { logits: build.gemm(hidden, model.head(build), { transB: true }) };
}

/** Feeds of a batch, the parameters and targets left to the caller. */
export function batchFeeds(
  model: CausalModel,
  method: Method,
  sequences: readonly Sequence[],
  { branching, entry = 'front' }: Partial<GraphPlan>,
): Feeds {
  const hasFront = entry === 'front' && method.virtualTokens > 0;
  const common = hasFront ? sharedBeginning(sequences) : 0;
  const plan = { front: hasFront ? method.virtualTokens + common : 0, branching: branching ?? false };
  const { feeds, ids, positions } = packBatch(model.heads, plan, withoutBeginning(sequences, common));
  const entries =
    entry === 'front'
      ? { commonIds: intVector(sequences[0]?.ids.slice(0, common) ?? []), ids: intVector(ids) }
      : placedRowFeeds(sequences, method.virtualTokens);
  return { ...feeds, ...model.positionFeeds(positions), ...entries };
}

/** Feeds of the loss: the expected token at every label row, and its weight in the loss. */
export function targetFeeds(targets: readonly number[], weight: number): Record<'targets' | 'targetWeights', Tensor> {
  return {
    targets: intVector(targets),
    targetWeights: { data: new Float32Array(targets.length).fill(weight), shape: [targets.length, 1] },
  };
}

/** Parameters that are fed but not trained. */
const fedParameters = (build: Builder, method: Method): Value[] =>
  method.parameters.map(({ name, shape }) => build.input(name, shape, 'float'));

/** The model's normed hidden states [labels, hidden] at the label rows. */
function labelStates(
  build: Builder,
  model: CausalModel,
  method: Method,
  parameters: readonly Value[],
  { branching, entry }: GraphPlan,
): Value {
  const virtual = method.enter(build, parameters);
  const front = virtual && entry === 'front' ? addDims(method.virtualTokens, 'common') : 0;
  const layout = declareRowLayout(build, model.heads, { front, branching });
  if (virtual && entry === 'anywhere') return model.hiddenStates(build, placedRows(build, model, virtual), layout);
  const embed = (name: string, count: Dim): Value => build.gather(model.embeddings(build), build.input(name, [count]));
  const tokens = embed('ids', 'tokens');
  const rows = virtual ? build.concat([virtual, embed('commonIds', 'common'), tokens], 0) : tokens;
  return model.hiddenStates(build, rows, layout);
}

/** Logits [rows, 1] of one token a row: hidden · E[target], so that neither a one-hot matrix nor a scatter is needed. */
function targetLogits(build: Builder, model: CausalModel, hidden: Value, targets: Value): Value {
  return build.reduceSum(build.mul(hidden, build.gather(model.head(build), targets)), [1], true);
}

/** log Σ exp of the logits, [rows, 1]. */
function normalisers(build: Builder, model: CausalModel, hidden: Value): Value {
  return build.reduceLogSumExp(build.gemm(hidden, model.head(build), { transB: true }));
}
