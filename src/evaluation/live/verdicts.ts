import { defined } from '../../common/assert.js';
import type { ResolvedTask } from '../../data/columns.js';
import { inputWithSlots } from '../../data/examples.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import type { Example } from '../../protocol/dataset.js';
import type { Probability, RowDetail, Verdict, VoteRule } from '../../protocol/evaluation.js';
import { candidateProbabilities, predicted } from '../metrics.js';
import { exactMatch } from '../metrics/squad.js';
import { voteOf, type Vote } from '../votes.js';
import type { TextRow } from './textRows.js';

/** What the model made of a row, or why nothing could be asked of it. */
export type Outcome =
  | {
      /** Σ log p of the candidates: [member][candidate]. */
      readonly scores: readonly (readonly number[])[];
      /** Of the right candidate. */
      readonly targetTokens: number;
      /** For free text: what the model writes, greedily. */
      readonly text?: string;
    }
  | { readonly problem: ErrorMessage };

/** How outcomes become answers. */
export interface Reading {
  readonly task: ResolvedTask;
  readonly vote: VoteRule;
  /** Of the members. */
  readonly weights: readonly number[];
}

/** The members' answer together; of one member its own. */
export function voteOn(scores: readonly (readonly number[])[], { vote, weights }: Reading): Vote {
  return voteOf(vote, scores.map(candidateProbabilities), weights);
}

export function problemVerdict(row: number, problem: ErrorMessage): Verdict {
  return { row, expected: '', predicted: '', right: false, probability: 0, problem };
}

/** A judged row in the words of its data. */
export function verdictOf(row: number, example: Example, outcome: Outcome, reading: Reading): Verdict {
  if ('problem' in outcome) return problemVerdict(row, outcome.problem);
  const { scores, targetTokens, text = '' } = outcome;
  if (!reading.task.labels) {
    const probability = Math.exp(defined(scores[0]?.[0], 'a score') / targetTokens);
    const right = exactMatch(text, example.references ?? [example.target]) === 1;
    return { row, expected: example.target, predicted: text, right, probability };
  }
  const labels = Object.keys(reading.task.labels);
  const { predicted: best, probabilities } = voteOn(scores, reading);
  return {
    row,
    expected: defined(labels[defined(example.label, 'a label')], 'a label'),
    predicted: defined(labels[best], 'a label'),
    right: best === example.label,
    probability: defined(probabilities[best], 'a probability'),
  };
}

/** A row with all that is known of it. */
export function rowDetail(
  { line, endLine, content }: TextRow,
  verdict: Verdict,
  outcome: Outcome | undefined,
  reading: Reading,
): RowDetail {
  const read = 'example' in content ? content : undefined;
  const place = {
    ...verdict,
    line,
    endLine,
    input: read ? inputWithSlots(read.example) : '',
    ...(read?.group !== undefined && { group: read.group }),
  };
  if (!outcome || 'problem' in outcome || !reading.task.labels) return place;
  const labels = Object.keys(reading.task.labels);
  const { probabilities } = voteOn(outcome.scores, reading);
  return {
    ...place,
    probabilities: labels
      .map((label, i): Probability => ({ label, probability: defined(probabilities[i], 'a probability') }))
      .sort((a, b) => b.probability - a.probability),
    ...(outcome.scores.length > 1 && { votes: outcome.scores.map((scores) => memberVote(scores, labels)) }),
  };
}

function memberVote(scores: readonly number[], labels: readonly string[]): Probability {
  const best = predicted(scores);
  return {
    label: defined(labels[best], 'a label'),
    probability: defined(candidateProbabilities(scores)[best], 'a probability'),
  };
}
