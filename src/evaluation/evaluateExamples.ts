import { defined } from '../common/assert.js';
import { tokenizeExample, type TokenizeOptions } from '../data/tokenize.js';
import type { ResolvedTask } from '../data/columns.js';
import { candidateBatches, commonBeginning, type Candidates } from './candidates.js';
import { meanLoss, mainMetric, metricsOf, type Scored, type Standing } from './metrics.js';
import type { Example } from '../protocol/dataset.js';
import type { Metrics } from '../protocol/events.js';
import type { Ranking } from '../protocol/recipe.js';
import { rankedScores } from './ranking.js';
import { mixedBatches } from './mixedBatches.js';
import { openMixedScorer } from './mixedScorer.js';
import { openScorer, type ScorerSetting } from './scorer.js';
import { memberOf, type Answering, type Member } from './standing.js';

export interface EvaluationSetting extends ScorerSetting {
  readonly task: ResolvedTask;
  readonly tokenize: TokenizeOptions;
  /** Token ids that stand before every row; `tokenize` then has no `bos` of its own. */
  readonly beginning?: readonly number[];
  /** How labels are ranked; by the sum unless told. */
  readonly ranking?: Ranking | undefined;
}

export interface Evaluation extends Standing {
  readonly metrics: Metrics;
  /** In the order of the examples, with the scores that labels are ranked by. */
  readonly scored: readonly Scored[];
}

/**
 * Scores examples with a prompt, each with its own, or with the bare model: every label ranked for a classification, the target's perplexity for free text.
 * `done` holds the scores of batches that an earlier process finished and is filled as batches finish; `afterBatch` returns false to stop,
 * and then the result is undefined.
 */
export async function evaluateExamples(
  setting: EvaluationSetting,
  answering: Answering,
  examples: readonly Example[],
  done: number[][],
  afterBatch: (examplesDone: number) => Promise<boolean>,
): Promise<Evaluation | undefined> {
  const { task, ranking = 'sum' } = setting;
  const candidates = examples.map((e, i) => exampleCandidates(e, setting, memberOf(answering, i)));
  const inputs = candidates.map((c) => c.candidates);
  const beginning = commonBeginning(inputs);
  const batches =
    'method' in answering
      ? candidateBatches(inputs, { cached: beginning.length })
      : mixedBatches(setting.model, inputs, answering, beginning.length);
  let at = 0;
  const pending = batches.filter((batch) => (at += batch.length) > done.length);
  if (pending.length > 0) {
    const scorer = await openAnswering(setting, answering, beginning);
    try {
      for (const batch of pending) {
        done.push(...(await scorer.score(inputs, batch)));
        if (!(await afterBatch(done.length))) return undefined;
      }
    } finally {
      await scorer.dispose();
    }
  }
  const scored: Scored[] = [];
  batches.flat().forEach((example, i) => {
    const { expected, targetTokens } = defined(candidates[example], 'an example');
    scored[example] = { scores: defined(done[i], 'scores'), expected, targetTokens };
  });
  const loss = meanLoss(scored);
  if (!task.labels) {
    const metrics = metricsOf(scored, undefined);
    return { ...mainMetric(metrics), loss, metrics, scored };
  }
  const ranked = scored.map((row, i) => {
    const { continuations } = defined(inputs[i], 'an example');
    return { ...row, scores: rankedScores(row.scores, continuations, ranking) };
  });
  const metrics = metricsOf(ranked, Object.keys(task.labels));
  return { ...mainMetric(metrics), loss, metrics, scored: ranked };
}

/** Scores the examples of a batch, given by their numbers: [example][candidate]. */
interface BatchScorer {
  score(examples: readonly Candidates[], batch: readonly number[]): Promise<number[][]>;
  dispose(): Promise<void>;
}

async function openAnswering(
  setting: EvaluationSetting,
  answering: Answering,
  beginning: readonly number[],
): Promise<BatchScorer> {
  const of = (examples: readonly Candidates[], batch: readonly number[]): Candidates[] =>
    batch.map((i) => defined(examples[i], 'an example'));
  if ('method' in answering) {
    const scorer = await openScorer(setting, [answering], beginning);
    return {
      score: async (examples, batch) => defined((await scorer.score(of(examples, batch)))[0], 'scores'),
      dispose: () => scorer.dispose(),
    };
  }
  const scorer = openMixedScorer(setting, beginning);
  return {
    score: (examples, batch) =>
      scorer.score(
        of(examples, batch),
        batch.map((i) => memberOf(answering, i)),
      ),
    dispose: () => scorer.dispose(),
  };
}

/** What an example is ranked among: the labels, or its own target alone. */
export function exampleCandidates(
  example: Example,
  { task, tokenize, beginning = [] }: Pick<EvaluationSetting, 'task' | 'tokenize' | 'beginning'>,
  { method: { virtualTokens, classes } }: Member,
): { candidates: Candidates; expected: number; targetTokens: number } {
  const words = task.labels ? labelTargets(task) : [example.target];
  const options = words.map((target) => tokenizeExample({ ...example, target }, tokenize));
  const shortest = options.reduce((a, b) => (b.inputIds.length < a.inputIds.length ? b : a));
  // The bare model reads the same template without its virtual tokens.
  const inputIds = virtualTokens > 0 ? shortest.inputIds : shortest.inputIds.filter((id) => id >= 0);
  const expected = task.labels ? defined(example.label, 'a label') : 0;
  // Where classes have vectors of their own, a label is its number.
  const continuations = options.map((option, label) => (classes === undefined ? option.targetIds : [label]));
  return {
    candidates: { inputIds: [...beginning, ...inputIds], continuations },
    expected,
    targetTokens: defined(continuations[expected], 'a target').length,
  };
}

/** Every label as the target template words it. */
const labelTargets = (task: ResolvedTask): string[] =>
  Object.values(task.labels ?? {}).map((word) => task.target.replace(/\{[^{}]*\}/, () => word));
