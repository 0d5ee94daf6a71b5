import { defined } from '../../common/assert.js';
import type { Calibration } from '../../protocol/evaluation.js';

const binCount = 10;

/**
 * Whether a confidence of 80 % is right in 80 % of the rows: Σ over bins of n_b / n · |accuracy_b − confidence_b|, in ten bins of equal
 * width, (0, 0.1], (0.1, 0.2], … as Guo et al. 2017, "On calibration of modern neural networks".
 */
export function calibrationOf(confidences: readonly number[], right: readonly boolean[]): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ n: 0, confidence: 0, right: 0 }));
  confidences.forEach((confidence, row) => {
    const bin = sums[Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1))];
    if (!bin) return;
    bin.n++;
    bin.confidence += confidence;
    bin.right += Number(defined(right[row], 'a row'));
  });
  const bins = sums.flatMap(({ n, confidence, right: hits }, i) =>
    n === 0 ? [] : [{ low: i / binCount, high: (i + 1) / binCount, n, confidence: confidence / n, accuracy: hits / n }],
  );
  const distance = bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.accuracy - bin.confidence), 0);
  return { error: confidences.length === 0 ? 0 : distance / confidences.length, bins };
}

/** −Σ p log p, in nats. */
export const entropy = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
