import { defined } from '../common/assert.js';
import type { ResolvedTask } from '../data/columns.js';
import { inputWithSlots } from '../data/examples.js';
import type { Prediction } from '../data/writePredictions.js';
import type { Example } from '../protocol/dataset.js';
import type { JudgedRow, SampleRow } from '../protocol/events.js';
import { candidateProbabilities, predicted, type Scored } from './metrics.js';

/** A scored example in the words of its data. */
export function judgeRow({ scores, expected, targetTokens }: Scored, example: Example, task: ResolvedTask): JudgedRow {
  const { line, target } = example;
  if (!task.labels) {
    const score = defined(scores[0], 'a score');
    return { line, expected: target, predicted: target, probability: Math.exp(score / targetTokens) };
  }
  const labels = Object.keys(task.labels);
  const best = predicted(scores);
  return {
    line,
    expected: labels[expected] ?? target,
    predicted: labels[best] ?? '',
    probability: defined(candidateProbabilities(scores)[best], 'a probability'),
  };
}

/** As `judgeRow`, with all that is written of a row, the labels the likeliest first. */
export function predictionOf(scored: Scored, example: Example, task: ResolvedTask): Prediction {
  const judged = judgeRow(scored, example, task);
  const probabilities = task.labels && candidateProbabilities(scored.scores);
  const labels = Object.keys(task.labels ?? {});
  return {
    ...judged,
    input: inputWithSlots(example),
    right: judged.predicted === judged.expected,
    ...(probabilities && {
      probabilities: labels
        .map((label, i) => ({ label, probability: defined(probabilities[i], 'a probability') }))
        .sort((a, b) => b.probability - a.probability),
    }),
  };
}

/** At most `count` rows, evenly spread over the examples and so always the same ones. */
export function sampleRows(
  scored: readonly Scored[],
  examples: readonly Example[],
  task: ResolvedTask,
  count: number,
): SampleRow[] {
  const stride = Math.max(1, Math.ceil(examples.length / count));
  return examples.flatMap((example, i) =>
    i % stride === 0
      ? [{ ...judgeRow(defined(scored[i], 'a score'), example, task), file: example.file, input: example.input }]
      : [],
  );
}
