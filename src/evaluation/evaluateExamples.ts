import { defined } from '../common/assert.js';
import { tokenizeExample, type TokenizeOptions } from '../data/tokenize.js';
import type { ResolvedTask } from '../data/columns.js';
import { candidateBatches, scoreCandidates, type Candidates } from './candidates.js';
import { meanLoss, mainMetric, metricsOf, type Scored, type Standing } from './metrics.js';
import { openMethod, scoringGraph } from '../methods/causalGraph.js';
import type { Method } from '../methods/method.js';
import type { CausalModel } from '../models/causalModel.js';
import type { Example } from '../protocol/dataset.js';
import type { Metrics } from '../protocol/events.js';
import type { Engine } from '../runtime/engine.js';
import type { Tensor, WeightLocations } from '../runtime/executor.js';

export interface EvaluationSetting {
  readonly engine: Engine;
  readonly weights: WeightLocations;
  readonly model: CausalModel;
  readonly task: ResolvedTask;
  readonly tokenize: TokenizeOptions;
}

export interface Evaluation extends Standing {
  readonly metrics: Metrics;
  /** In the order of the examples. */
  readonly scored: readonly Scored[];
}

/**
 * Scores examples with a method and its parameters: every label ranked for a classification, the target's perplexity for free text.
 * `done` holds the scores of batches that an earlier process finished and is filled as batches finish; `afterBatch` returns false to stop,
 * and then the result is undefined.
 */
export async function evaluateExamples(
  { engine, weights, model, task, tokenize }: EvaluationSetting,
  method: Method,
  parameters: Readonly<Record<string, Tensor>>,
  examples: readonly Example[],
  done: number[][],
  afterBatch: (examplesDone: number) => Promise<boolean>,
): Promise<Evaluation | undefined> {
  const candidates = examples.map((e) => exampleCandidates(e, task, tokenize, method));
  const batches = candidateBatches(candidates.map((c) => c.candidates));
  let at = 0;
  const pending = batches.filter((batch) => (at += batch.length) > done.length);
  if (pending.length > 0) {
    const session = await openMethod(
      (graph) => engine.open(graph, weights),
      method,
      (beginning) => scoringGraph(model, method, beginning),
    );
    try {
      for (const batch of pending) {
        const inputs = batch.map((i) => defined(candidates[i], 'an example').candidates);
        done.push(...(await scoreCandidates(session, model, method, parameters, inputs)));
        if (!(await afterBatch(done.length))) return undefined;
      }
    } finally {
      await session.dispose();
    }
  }
  const scored: Scored[] = [];
  batches.flat().forEach((example, i) => {
    const { expected, targetTokens } = defined(candidates[example], 'an example');
    scored[example] = { scores: defined(done[i], 'scores'), expected, targetTokens };
  });
  const metrics = metricsOf(scored, task.labels && Object.keys(task.labels));
  return { ...mainMetric(metrics), loss: meanLoss(scored), metrics, scored };
}

/** What an example is ranked among: the labels, or its own target alone. */
export function exampleCandidates(
  example: Example,
  task: ResolvedTask,
  tokenize: TokenizeOptions,
  { virtualTokens }: Method,
): { candidates: Candidates; expected: number; targetTokens: number } {
  const words = task.labels ? labelTargets(task) : [example.target];
  const options = words.map((target) => tokenizeExample({ ...example, target }, tokenize));
  const shortest = options.reduce((a, b) => (b.inputIds.length < a.inputIds.length ? b : a));
  // The bare model reads the same template without its virtual tokens.
  const inputIds = virtualTokens > 0 ? shortest.inputIds : shortest.inputIds.filter((id) => id >= 0);
  const expected = task.labels ? defined(example.label, 'a label') : 0;
  return {
    candidates: { inputIds, continuations: options.map((o) => o.targetIds) },
    expected,
    targetTokens: defined(options[expected], 'a target').targetIds.length,
  };
}

/** Every label as the target template words it. */
const labelTargets = (task: ResolvedTask): string[] =>
  Object.values(task.labels ?? {}).map((word) => task.target.replace(/\{[^{}]*\}/, () => word));
