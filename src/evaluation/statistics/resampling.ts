import { seededRandom, type Random } from '../../common/random.js';
import type { Interval } from '../../protocol/evaluation.js';
import { binomial } from './binomial.js';
import { grouped, type CountedScore } from './countedScore.js';

export interface Resampling {
  readonly seed: number;
  readonly resamples: number;
}
export const usualResampling: Resampling = { seed: 0, resamples: 1000 };

/**
 * A 95 % confidence interval by the percentile bootstrap (Efron, Tibshirani 1993, §13): rows are drawn with replacement, as many as there are,
 * and scored again. Undefined where there are no rows.
 */
export function bootstrapInterval(
  { groupOf, groups, score }: CountedScore,
  resampling: Resampling = usualResampling,
): Interval | undefined {
  return groupOf.length === 0 ? undefined : intervalOf(resampledScores(groupOf, groups, score, resampling));
}

/** The same rows scored in two ways, or by two prompts: each row's group on either side, of the same groups. */
export interface PairedScore {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly groups: number;
  score(times: ArrayLike<number>): number;
}

/** Splits the score of a's rows followed by b's, in the same order. */
export function paired({ groupOf, groups, score }: CountedScore): PairedScore {
  const rows = groupOf.length / 2;
  return { a: groupOf.subarray(0, rows), b: groupOf.subarray(rows), groups, score };
}

/** The interval of score(a) − score(b), with the same rows drawn for both. */
export function pairedInterval(pair: PairedScore, resampling: Resampling = usualResampling): Interval | undefined {
  if (pair.a.length === 0) return undefined;
  const { groupOf, sides } = pairGroups(pair);
  const [timesA, timesB] = [new Float64Array(pair.groups), new Float64Array(pair.groups)];
  const difference = (times: ArrayLike<number>): number => {
    timesA.fill(0);
    timesB.fill(0);
    sides.forEach(([a, b], g) => {
      timesA[a] = (timesA[a] as number) + (times[g] as number);
      timesB[b] = (timesB[b] as number) + (times[g] as number);
    });
    return pair.score(timesA) - pair.score(timesB);
  };
  return intervalOf(resampledScores(groupOf, sides.length, difference, resampling));
}

/**
 * How likely a difference at least as large is if it does not matter whose answer stands in which row: approximate randomisation, two-sided
 * (Noreen 1989; Yeh 2000). Every row's two answers change sides with probability ½.
 */
export function randomisationTest(pair: PairedScore, { seed, resamples }: Resampling = usualResampling): number {
  if (pair.a.length === 0) return 1;
  const { groupOf, sides } = pairGroups(pair);
  const sizes = sizesOf(groupOf, sides.length);
  const random = seededRandom(seed, 'randomisation');
  const [timesA, timesB] = [new Float64Array(pair.groups), new Float64Array(pair.groups)];
  const difference = (swappedOf: (size: number) => number): number => {
    timesA.fill(0);
    timesB.fill(0);
    sides.forEach(([a, b], g) => {
      const size = sizes[g] as number;
      const swapped = a === b ? 0 : swappedOf(size);
      timesA[a] = (timesA[a] as number) + size - swapped;
      timesA[b] = (timesA[b] as number) + swapped;
      timesB[b] = (timesB[b] as number) + size - swapped;
      timesB[a] = (timesB[a] as number) + swapped;
    });
    return Math.abs(pair.score(timesA) - pair.score(timesB));
  };
  const observed = difference(() => 0);
  // Sums in another order differ in their last bits.
  const least = observed - 1e-12 * Math.max(1, observed);
  let atLeast = 0;
  for (let i = 0; i < resamples; i++) if (difference((size) => binomial(size, 0.5, random)) >= least) atLeast++;
  return (atLeast + 1) / (resamples + 1);
}

/** Rows that are alike on both sides, as one group each. */
function pairGroups({ a, b, groups }: PairedScore): { groupOf: Int32Array; sides: [number, number][] } {
  const keys = Array.from(a, (group, row) => group * groups + (b[row] as number));
  const { groupOf, firsts } = grouped(keys);
  return { groupOf, sides: firsts.map((row) => [a[row] as number, b[row] as number]) };
}

/** Where rows are drawn one by one, there are fewer resamples of many rows: nobody waits seconds for an interval's third digit. */
const mostDraws = 2e7;
const leastResamples = 200;

/** Scores of the resamples, ascending. */
function resampledScores(
  groupOf: Int32Array,
  groups: number,
  score: CountedScore['score'],
  { seed, resamples }: Resampling,
): Float64Array {
  const random = seededRandom(seed, 'bootstrap');
  const times = new Float64Array(groups);
  const sizes = sizesOf(groupOf, groups);
  // A row costs a sixteenth of what a group costs.
  const byGroups = groups * 16 < groupOf.length;
  const draw = byGroups ? () => drawGroups(sizes, groupOf.length, times, random) : drawRows;
  const count = byGroups ? resamples : Math.min(resamples, Math.max(leastResamples, mostDraws / groupOf.length));
  function drawRows(): void {
    times.fill(0);
    for (let i = 0; i < groupOf.length; i++) {
      const group = groupOf[random.integer(groupOf.length)] as number;
      times[group] = (times[group] as number) + 1;
    }
  }
  const scores = Float64Array.from({ length: Math.floor(count) }, () => {
    draw();
    return score(times);
  });
  return scores.sort();
}

/** Multinomial: how many of the rows drawn fall into each group. */
function drawGroups(sizes: Float64Array, rows: number, times: Float64Array, random: Random): void {
  let [left, leftSize] = [rows, rows];
  for (let g = 0; g < sizes.length; g++) {
    const size = sizes[g] as number;
    const drawn = binomial(left, size / leftSize, random);
    times[g] = drawn;
    left -= drawn;
    leftSize -= size;
  }
}

function sizesOf(groupOf: Int32Array, groups: number): Float64Array {
  const sizes = new Float64Array(groups);
  for (const group of groupOf) sizes[group] = (sizes[group] as number) + 1;
  return sizes;
}

const intervalOf = (scores: Float64Array): Interval => ({
  low: quantile(scores, 0.025),
  high: quantile(scores, 0.975),
});

/** Between the two nearest, as NumPy's percentile. */
function quantile(ascending: Float64Array, q: number): number {
  const at = q * (ascending.length - 1);
  const low = ascending[Math.floor(at)] as number;
  return low + (at % 1) * ((ascending[Math.ceil(at)] as number) - low);
}
