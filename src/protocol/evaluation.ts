import type { ErrorMessage } from '../errors/errorMessage.js';
import type { MetricName, Metrics } from './events.js';
import type { GroupScores } from './groupScores.js';

/** How the members of an ensemble come to one answer: Lester et al. 2021 §6 take the majority; dev-weighted is `weighted`. */
export const voteRules = ['majority', 'mean', 'weighted'] as const;
export type VoteRule = (typeof voteRules)[number];

/** Who judges rows: one saved prompt, or the members of an ensemble, which share task and base model. Folders. */
export interface Judge {
  readonly prompts: readonly string[];
  /** For several prompts; majority unless told. */
  readonly vote?: VoteRule;
}

/** What was made of a row: what marks and lists show. */
export interface Verdict {
  /** Counted from 0, in the file's order. */
  readonly row: number;
  readonly expected: string;
  readonly predicted: string;
  readonly right: boolean;
  /** Of the prediction among the labels; for free text, the geometric mean of the tokens' probabilities. */
  readonly probability: number;
  /** Why the row could not be judged; then the others are empty. */
  readonly problem?: ErrorMessage;
}

/** A label or a candidate answer and its probability. */
export interface Probability {
  readonly label: string;
  readonly probability: number;
}

/** A row with all that is known of it. */
export interface RowDetail extends Verdict {
  /** 1-based, first and last. */
  readonly line: number;
  readonly endLine: number;
  /** The input as the template renders it, with `[P×3]` where virtual tokens stand. */
  readonly input: string;
  /** Whose it is, where groups have prompts of their own. */
  readonly group?: string;
  /** Every label's, the highest first; absent for free text. */
  readonly probabilities?: readonly Probability[];
  /** What each member of an ensemble says, in the judge's order. */
  readonly votes?: readonly Probability[];
  /** Nothing is predicted yet; what it should be is known. */
  readonly pending?: true;
}

export type BaselineName = 'none' | 'examples';

/** What stands beside a score: the bare model, and prompt design (an instruction and k examples as text). */
export interface Baselines {
  readonly none?: Metrics;
  readonly examples?: { readonly count: number; readonly metrics: Metrics };
}

/** A confidence interval of the main metric, by bootstrap over rows (percentiles 2.5 and 97.5). */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two prompts on the same rows. */
export interface Comparison {
  readonly metric: MetricName;
  /** The first's score less the other's, with its interval (paired bootstrap over rows). */
  readonly difference: number;
  readonly interval: Interval;
  /** How likely a difference at least as large is between two that are equally good; two-sided. */
  readonly pValue: number;
  /** What it comes from: McNemar's exact test where rows are right or wrong, else approximate randomisation. */
  readonly test: 'mcNemar' | 'randomisation';
}

/** Rows of like confidence: mean confidence and accuracy of each bin that has rows (Guo et al. 2017). */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Calibration {
  /** Expected calibration error, between 0 and 1. */
  readonly error: number;
  readonly bins: readonly ReliabilityBin[];
}

export interface MemberScore {
  /** The prompt's folder. */
  readonly prompt: string;
  readonly name: string;
  readonly metrics: Metrics;
  readonly value: number;
  /** What `weighted` weighs it with: its score on the dev rows when it was trained, 1 where it has none. */
  readonly weight: number;
}

/** An ensemble on a file: members, mean, best, and what it gives by each rule, without running again. */
export interface EnsembleReport {
  readonly members: readonly MemberScore[];
  /** Of the members' main metric. */
  readonly mean: number;
  readonly best: number;
  readonly votes: Readonly<Record<VoteRule, VoteScore>>;
  /** Mean over rows, in nats: entropy of the mean probabilities, and what of it is disagreement (mutual information). */
  readonly entropy: number;
  readonly disagreement: number;
  /** Rows for which the members' answers differ. */
  readonly disagreed: readonly number[];
}
export interface VoteScore {
  readonly metrics: Metrics;
  readonly value: number;
  /** Distance from the members' mean, with its interval (paired bootstrap over rows). */
  readonly gain: number;
  readonly gainInterval: Interval;
  readonly calibration: Calibration;
}

/** The result of an evaluation as a whole. */
export interface EvaluationSummary {
  /** Over the rows that were judged. */
  readonly metrics: Metrics;
  readonly interval?: Interval;
  readonly calibration?: Calibration;
  readonly baselines: Baselines;
  readonly ensemble?: EnsembleReport;
  /** Where each row was judged by its own group's prompt. */
  readonly groups?: GroupScores;
  readonly rows: number;
  readonly judged: number;
  /** Rows that could not be judged; each says why. */
  readonly problems: number;
  readonly seconds: number;
  /** Whether it was cancelled, or its process died, before its end. */
  readonly complete: boolean;
}

/** Which rows a list shows. */
export type RowFilter =
  | { readonly kind: 'all' | 'wrong' | 'problems' | 'disagreed' }
  | { readonly kind: 'cell'; readonly expected: string; readonly predicted: string };
