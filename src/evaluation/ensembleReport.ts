import { defined } from '../common/assert.js';
import {
  voteRules,
  type EnsembleReport,
  type MemberScore,
  type VoteRule,
  type VoteScore,
} from '../protocol/evaluation.js';
import { candidateProbabilities, predicted } from './metrics.js';
import { labelMetrics } from './metrics/labelMetrics.js';
import { countedMean, grouped, macroF1, type CountedScore } from './statistics/countedScore.js';
import { bootstrapInterval, usualResampling, type Resampling } from './statistics/resampling.js';
import { calibrationOf, entropy } from './statistics/uncertainty.js';
import { voteOf, weightedMean } from './votes.js';

/** What the members of an ensemble made of a file's rows, those that were judged. */
export interface EnsembleScores {
  readonly labels: readonly string[];
  /** Log-probabilities: [member][row][label]; a softmax makes them probabilities among the labels. */
  readonly scores: readonly (readonly (readonly number[])[])[];
  /** [row]: an index into `labels`. */
  readonly expected: readonly number[];
  readonly members: readonly Pick<MemberScore, 'prompt' | 'name' | 'weight'>[];
  /** The metric of `value`, `mean`, `best` and `gain`. */
  readonly metric: 'accuracy' | 'macroF1';
}

/**
 * An ensemble on a file (Lester et al. 2021 §6): members, their mean and best, what each vote rule gives, and how much the members disagree.
 * `disagreed` counts the rows that are given. A vote's confidence, for its calibration, is the probability it gives to its own prediction.
 */
export function ensembleReport(
  { labels, scores, expected, members, metric }: EnsembleScores,
  resampling: Resampling = usualResampling,
): EnsembleReport {
  const rows = expected.map((_, row) => scores.map((member) => candidateProbabilities(defined(member[row], 'a row'))));
  const weights = members.map(({ weight }) => weight);
  const choices = scores.map((member) => member.map(predicted));
  const memberScores = members.map((member, m): MemberScore => {
    const metrics = labelMetrics(expected, defined(choices[m], 'a member'), labels);
    return { ...member, metrics, value: defined(metrics[metric], 'the metric') };
  });
  const mean = meanOf(memberScores.map(({ value }) => value));
  const vote = (rule: VoteRule): VoteScore => {
    const votes = rows.map((probabilities) => voteOf(rule, probabilities, weights));
    const answers = votes.map((v) => v.predicted);
    const metrics = labelMetrics(expected, answers, labels);
    const value = defined(metrics[metric], 'the metric');
    const gain = value - mean;
    const counted = countedGain(expected, answers, choices, labels, metric);
    return {
      metrics,
      value,
      gain,
      gainInterval: bootstrapInterval(counted, resampling) ?? { low: gain, high: gain },
      calibration: calibrationOf(
        votes.map((v) => defined(v.probabilities[v.predicted], 'a probability')),
        answers.map((answer, row) => answer === expected[row]),
      ),
    };
  };
  const uncertainties = rows.map((probabilities) => {
    const total = entropy(
      weightedMean(
        probabilities,
        probabilities.map(() => 1),
      ),
    );
    return { total, disagreement: total - meanOf(probabilities.map(entropy)) };
  });
  return {
    members: memberScores,
    mean,
    best: Math.max(...memberScores.map(({ value }) => value)),
    votes: Object.fromEntries(voteRules.map((rule) => [rule, vote(rule)])) as Record<VoteRule, VoteScore>,
    entropy: meanOf(uncertainties.map((u) => u.total)),
    disagreement: meanOf(uncertainties.map((u) => u.disagreement)),
    disagreed: expected.flatMap((_, row) => (new Set(choices.map((member) => member[row])).size > 1 ? [row] : [])),
  };
}

/** The vote's score less the members' mean, over rows that are drawn for all of them at once. */
function countedGain(
  expected: readonly number[],
  answers: readonly number[],
  choices: readonly (readonly number[])[],
  labels: readonly string[],
  metric: EnsembleScores['metric'],
): CountedScore {
  if (metric === 'accuracy') {
    // All that matters of a row is by how much the vote is righter than the members are.
    return countedMean(
      expected.map((label, row) => {
        const right = choices.reduce((sum, member) => sum + Number(member[row] === label), 0);
        return Number(answers[row] === label) - right / choices.length;
      }),
    );
  }
  const { groupOf, firsts } = grouped(
    expected.map((label, row) => [label, answers[row], ...choices.map((member) => member[row])].join(' ')),
  );
  const of = (values: readonly number[]): number[] => firsts.map((row) => defined(values[row], 'a row'));
  const [expectedOf, answersOf, choicesOf] = [of(expected), of(answers), choices.map(of)];
  return {
    groupOf,
    groups: firsts.length,
    score: (times) =>
      macroF1(expectedOf, answersOf, times, labels.length) -
      meanOf(choicesOf.map((choice) => macroF1(expectedOf, choice, times, labels.length))),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
