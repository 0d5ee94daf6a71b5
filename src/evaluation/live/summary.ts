import { defined } from '../../common/assert.js';
import type { Baselines, EnsembleReport, EvaluationSummary, Verdict } from '../../protocol/evaluation.js';
import type { Metrics } from '../../protocol/events.js';
import type { Grouping } from '../../protocol/groupScores.js';
import { ensembleReport } from '../ensembleReport.js';
import { groupScores } from '../groupScores.js';
import { metricsOf, type Scored } from '../metrics.js';
import { labelMetrics } from '../metrics/labelMetrics.js';
import { textMetrics, textScores } from '../metrics/textMetrics.js';
import { countedShare, countedSums } from '../statistics/countedScore.js';
import { bootstrapInterval } from '../statistics/resampling.js';
import { calibrationOf } from '../statistics/uncertainty.js';
import type { JudgePrompt } from './judge.js';
import type { TextRow } from './textRows.js';
import { voteOn, type Outcome, type Reading } from './verdicts.js';

/** A row that was judged, and what was made of it. */
export interface JudgedText {
  readonly row: number;
  readonly expected: number;
  /** Every right text. */
  readonly references: readonly string[];
  readonly outcome: Extract<Outcome, { scores: unknown }>;
  readonly group: string | undefined;
}

/** The rows that have an answer of a stage: of the prompts, or of a baseline. */
export function judgedRows(rows: readonly TextRow[], outcomes: ReadonlyMap<string, Outcome>): JudgedText[] {
  return rows.flatMap(({ content, key }, row) => {
    const outcome = 'example' in content ? outcomes.get(key) : undefined;
    if (!outcome || 'problem' in outcome || !('example' in content)) return [];
    const { label = 0, target, references = [target] } = content.example;
    return [{ row, expected: label, references, outcome, group: content.group }];
  });
}

interface Summarised {
  readonly reading: Reading;
  readonly prompts: readonly JudgePrompt[];
  readonly grouping: Grouping | undefined;
  readonly baselines: Baselines;
}

/** The scores of an evaluation as a whole; `verdicts` are those of its rows, with holes. */
export function summarise(
  judged: readonly JudgedText[],
  verdicts: readonly (Verdict | undefined)[],
  { reading, prompts, grouping, baselines }: Summarised,
): Omit<EvaluationSummary, 'seconds' | 'complete'> {
  const counts = {
    rows: verdicts.length,
    judged: judged.length,
    problems: verdicts.reduce((sum, verdict) => sum + Number(verdict?.problem !== undefined), 0),
    baselines,
  };
  if (judged.length === 0) return { ...counts, metrics: { n: 0 } };
  const labels = reading.task.labels && Object.keys(reading.task.labels);
  const groups =
    grouping &&
    groupScores(
      grouping,
      judged.map(({ group = '' }) => group),
      scoredOf(judged, labels),
      reading.task,
    );
  const beside = { ...counts, ...(groups && { groups }) };
  if (!labels) {
    const sums = judged.map(({ outcome }) => [-defined(outcome.scores[0]?.[0], 'a score'), outcome.targetTokens]);
    const perplexity = countedSums(sums, ([loss = 0, tokens = 0]) => Math.exp(loss / tokens));
    const interval = bootstrapInterval(perplexity);
    const texts = judged.flatMap(({ references, outcome: { text } }) =>
      text === undefined ? [] : [textScores(text, references)],
    );
    const metrics = { ...baselineMetrics(judged, undefined), ...textMetrics(texts) };
    return { ...beside, metrics, ...(interval && { interval }) };
  }
  const votes = judged.map(({ outcome }) => voteOn(outcome.scores, reading));
  const right = judged.map(({ expected }, i) => votes[i]?.predicted === expected);
  const interval = bootstrapInterval(countedShare(right));
  return {
    ...beside,
    metrics: labelMetrics(
      judged.map(({ expected }) => expected),
      votes.map((vote) => vote.predicted),
      labels,
    ),
    ...(interval && { interval }),
    calibration: calibrationOf(
      votes.map(({ predicted, probabilities }) => defined(probabilities[predicted], 'a probability')),
      right,
    ),
    ...(prompts.length > 1 && { ensemble: reportOf(judged, labels, prompts) }),
  };
}

function reportOf(
  judged: readonly JudgedText[],
  labels: readonly string[],
  prompts: readonly JudgePrompt[],
): EnsembleReport {
  const report = ensembleReport({
    labels,
    scores: prompts.map((_, m) => judged.map(({ outcome }) => defined(outcome.scores[m], 'a member'))),
    expected: judged.map(({ expected }) => expected),
    members: prompts.map(({ folder, name, weight }) => ({ prompt: folder, name, weight })),
    metric: 'accuracy',
  });
  return { ...report, disagreed: report.disagreed.map((i) => defined(judged[i], 'a row').row) };
}

/** Of what one member says: a baseline. */
export const baselineMetrics = (judged: readonly JudgedText[], labels: readonly string[] | undefined): Metrics =>
  metricsOf(scoredOf(judged, labels), labels);

const scoredOf = (judged: readonly JudgedText[], labels: readonly string[] | undefined): Scored[] =>
  judged.map(({ expected, outcome }) => ({
    scores: defined(outcome.scores[0], 'scores'),
    expected: labels ? expected : 0,
    targetTokens: outcome.targetTokens,
  }));
