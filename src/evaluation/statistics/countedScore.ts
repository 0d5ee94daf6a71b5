import { defined } from '../../common/assert.js';

/**
 * A score over rows, each of which may count more than once or not at all: what resampling asks again and again. Rows that are alike for the
 * score are one group, so that a resample of right and wrong rows is two numbers, however many rows there are.
 */
export interface CountedScore {
  /** Of each row. */
  readonly groupOf: Int32Array;
  readonly groups: number;
  /** times: how often rows of each group count. */
  score(times: ArrayLike<number>): number;
}

/** The share of rows that are right. */
export function countedShare(right: readonly boolean[]): CountedScore {
  return countedMean(right.map(Number));
}

/** The mean of a value that each row has. */
export function countedMean(values: readonly number[]): CountedScore {
  const { groupOf, firsts } = grouped(values);
  const valueOf = firsts.map((row) => defined(values[row], 'a value'));
  return {
    groupOf,
    groups: firsts.length,
    score: (times) => {
      let sum = 0;
      let rows = 0;
      for (let g = 0; g < valueOf.length; g++) {
        const count = times[g] as number;
        sum += count * (valueOf[g] as number);
        rows += count;
      }
      return sum / rows;
    },
  };
}

/** The mean over labels of F1, of rows by their expected and predicted label. */
export function countedMacroF1(
  expected: readonly number[],
  predicted: readonly number[],
  labelCount: number,
): CountedScore {
  const { groupOf, firsts } = grouped(
    expected.map((label, row) => label * labelCount + defined(predicted[row], 'a prediction')),
  );
  const of = (labels: readonly number[]): number[] => firsts.map((row) => defined(labels[row], 'a label'));
  const [expectedOf, predictedOf] = [of(expected), of(predicted)];
  return {
    groupOf,
    groups: firsts.length,
    score: (times) => macroF1(expectedOf, predictedOf, times, labelCount),
  };
}

/** As `labelMetrics` has it, of groups of rows that count as often as `times` says. */
export function macroF1(
  expected: readonly number[],
  predicted: readonly number[],
  times: ArrayLike<number>,
  labelCount: number,
): number {
  const right = new Float64Array(labelCount);
  const both = new Float64Array(labelCount);
  for (let g = 0; g < expected.length; g++) {
    const [label, prediction, count] = [expected[g] as number, predicted[g] as number, times[g] as number];
    if (label === prediction) right[label] = (right[label] as number) + count;
    both[label] = (both[label] as number) + count;
    both[prediction] = (both[prediction] as number) + count;
  }
  return both.reduce((sum, n, label) => (n === 0 ? sum : sum + (2 * (right[label] as number)) / n), 0) / labelCount;
}

/** A score of sums over rows, as perplexity and BLEU are. statistics: [row][…] */
export function countedSums(
  statistics: readonly (readonly number[])[],
  score: (sums: readonly number[]) => number,
): CountedScore {
  const width = statistics[0]?.length ?? 0;
  const flat = Float64Array.from(statistics.flat());
  return {
    groupOf: Int32Array.from(statistics.keys()),
    groups: statistics.length,
    score: (times) => {
      const sums = Array.from({ length: width }, () => 0);
      for (let row = 0; row < statistics.length; row++) {
        const count = times[row] as number;
        if (count === 0) continue;
        for (let i = 0; i < width; i++) sums[i] = (sums[i] as number) + count * (flat[row * width + i] as number);
      }
      return score(sums);
    },
  };
}

/** Rows with equal keys are one group; `firsts` has a row of each. */
export function grouped(keys: readonly (number | string)[]): { groupOf: Int32Array; firsts: number[] } {
  const groups = new Map<number | string, number>();
  const firsts: number[] = [];
  const groupOf = Int32Array.from(keys, (key, row) => {
    const known = groups.get(key);
    if (known !== undefined) return known;
    groups.set(key, firsts.length);
    return firsts.push(row) - 1;
  });
  return { groupOf, firsts };
}
