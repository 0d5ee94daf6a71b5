import * as l10n from '@vscode/l10n';
import { metricName, metricText, signedDistance } from '../../protocol/numbers.js';
import type { MetricName, Metrics, RunEvent } from '../../protocol/events.js';
import type { PromptDetails } from '../../store/promptDetails.js';

/** How good a prompt is on the rows of a split, beside the model without it. */
export interface Score {
  readonly split: 'dev' | 'test';
  readonly metric: MetricName;
  readonly value: number;
  readonly baseline?: number;
}

type SplitScore = PromptDetails['scores'][number];
type Evaluation = Extract<RunEvent, { type: 'evaluation' }>;

/** What a saved prompt reached, on test before dev. */
export function promptScores({ scores }: Pick<PromptDetails, 'scores'>): Score[] {
  return (['test', 'dev'] as const).flatMap((split) => {
    const of = (baseline: boolean): SplitScore | undefined =>
      scores.find((score) => score.split === split && score.baseline === baseline);
    const prompt = of(false);
    return prompt ? scoreOf(split, prompt.metrics, of(true)?.metrics) : [];
  });
}

function scoreOf(split: Score['split'], { accuracy, perplexity }: Metrics, baseline?: Metrics): Score[] {
  const metric = accuracy === undefined ? 'perplexity' : 'accuracy';
  const value = accuracy ?? perplexity;
  const other = baseline?.[metric];
  return value === undefined ? [] : [{ split, metric, value, ...(other !== undefined && { baseline: other }) }];
}

/** What a run has reached so far: on test once that is scored, before that its best on dev. */
export function runScore(events: readonly RunEvent[]): Score | undefined {
  const found =
    events.findLast((event): event is Evaluation => isScore(event, 'test')) ??
    events.findLast((event): event is Evaluation => isScore(event, 'dev') && event.best);
  if (found === undefined || found.split === 'train') return undefined;
  const { split, metric, value } = found;
  const baseline = events.find(
    (event): event is Evaluation => event.type === 'evaluation' && event.split === split && event.baseline,
  );
  return { split, metric, value, ...(baseline && { baseline: baseline.value }) };
}

function isScore(event: RunEvent, split: Score['split']): event is Evaluation {
  return event.type === 'evaluation' && event.split === split && !event.baseline;
}

export const scoreText = ({ metric, value }: Score): string => metricText(metric, value);

/** 66.4 % accuracy on test (+37.1 over no prompt) */
export function scoreWords(score: Score): string {
  const { split, metric, value, baseline } = score;
  const words = l10n.t('{value} {metric} on {split}', { value: scoreText(score), metric: metricName(metric), split });
  if (baseline === undefined) return words;
  return l10n.t('{score} ({distance} over no prompt)', {
    score: words,
    distance: signedDistance(metric, value, baseline),
  });
}
