import { defined } from '../../common/assert.js';
import type { Baselines, EnsembleReport, EvaluationSummary, Verdict } from '../../protocol/evaluation.js';
import type { Metrics } from '../../protocol/events.js';
import { ensembleReport } from '../ensembleReport.js';
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
}

/** The rows that have an answer of a stage: of the prompts, or of a baseline. */
export function judgedRows(rows: readonly TextRow[], outcomes: ReadonlyMap<string, Outcome>): JudgedText[] {
  return rows.flatMap(({ content, key }, row) => {
    const outcome = 'example' in content ? outcomes.get(key) : undefined;
    if (!outcome || 'problem' in outcome || !('example' in content)) return [];
    const { label = 0, target, references = [target] } = content.example;
    return [{ row, expected: label, references, outcome }];
  });
}

/** The scores of an evaluation as a whole; `verdicts` are those of its rows, with holes. */
export function summarise(
  judged: readonly JudgedText[],
  verdicts: readonly (Verdict | undefined)[],
  { reading, prompts, baselines }: { reading: Reading; prompts: readonly JudgePrompt[]; baselines: Baselines },
): Omit<EvaluationSummary, 'seconds' | 'complete'> {
  const counts = {
    rows: verdicts.length,
    judged: judged.length,
    problems: verdicts.reduce((sum, verdict) => sum + Number(verdict?.problem !== undefined), 0),
    baselines,
  };
  if (judged.length === 0) return { ...counts, metrics: { n: 0 } };
  if (!reading.task.labels) {
    const sums = judged.map(({ outcome }) => [-defined(outcome.scores[0]?.[0], 'a score'), outcome.targetTokens]);
    const perplexity = countedSums(sums, ([loss = 0, tokens = 0]) => Math.exp(loss / tokens));
    const interval = bootstrapInterval(perplexity);
    const texts = judged.flatMap(({ references, outcome: { text } }) =>
      text === undefined ? [] : [textScores(text, references)],
    );
    const metrics = { ...baselineMetrics(judged, undefined), ...textMetrics(texts) };
    return { ...counts, metrics, ...(interval && { interval }) };
  }
  const labels = Object.keys(reading.task.labels);
  const votes = judged.map(({ outcome }) => voteOn(outcome.scores, reading));
  const right = judged.map(({ expected }, i) => votes[i]?.predicted === expected);
  const interval = bootstrapInterval(countedShare(right));
  return {
    ...counts,
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
export function baselineMetrics(judged: readonly JudgedText[], labels: readonly string[] | undefined): Metrics {
  const scored = judged.map(({ expected, outcome }): Scored => ({
    scores: defined(outcome.scores[0], 'scores'),
    expected: labels ? expected : 0,
    targetTokens: outcome.targetTokens,
  }));
  return metricsOf(scored, labels);
}
