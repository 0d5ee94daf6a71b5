import { defined } from '../../common/assert.js';
import type { LabelScore, Metrics } from '../../protocol/events.js';

/**
 * Accuracy, macro-F1, the confusion matrix, and for each label, of the rows TP that have it and are predicted so:
 * precision TP / predicted, recall TP / support, F1 2·TP / (predicted + support); 0 where that divides by 0, as scikit-learn has it.
 * Macro-F1 is the mean of F1 over all labels, also of those that neither stand nor are predicted.
 * expected, predicted: an index into `labels` for each row.
 */
export function labelMetrics(
  expected: readonly number[],
  predicted: readonly number[],
  labels: readonly string[],
): Metrics {
  const confusion = labels.map(() => labels.map(() => 0));
  expected.forEach((label, i) => {
    const counts = defined(confusion[label], 'a label');
    const column = defined(predicted[i], 'a prediction');
    counts[column] = defined(counts[column], 'a label') + 1;
  });
  const perLabel = labelScores(labels, confusion);
  const right = labels.reduce((sum, _, k) => sum + (confusion[k]?.[k] ?? 0), 0);
  return {
    n: expected.length,
    accuracy: right / expected.length,
    macroF1: perLabel.reduce((sum, { f1 }) => sum + f1, 0) / labels.length,
    labels,
    confusion,
    perLabel,
  };
}

function labelScores(labels: readonly string[], confusion: readonly (readonly number[])[]): LabelScore[] {
  return labels.map((label, k) => {
    const right = confusion[k]?.[k] ?? 0;
    const support = (confusion[k] ?? []).reduce((a, b) => a + b, 0);
    const predictions = confusion.reduce((sum, counts) => sum + (counts[k] ?? 0), 0);
    return {
      label,
      precision: share(right, predictions),
      recall: share(right, support),
      f1: share(2 * right, predictions + support),
      support,
    };
  });
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
