import type { NormDistribution } from '../../protocol/interpretation.js';

/** Parts that a chart of a few hundred pixels can show. */
const bins = 24;

/** How norms are spread; `sorted` ascends and is not empty. */
export function normDistribution(sorted: Float64Array): NormDistribution {
  const at = (share: number): number => quantile(sorted, share);
  const [least, most] = [at(0), at(1)];
  const counts = Array<number>(bins).fill(0);
  for (const value of sorted) {
    const bin = most === least ? 0 : Math.min(bins - 1, Math.floor((bins * (value - least)) / (most - least)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return {
    tokens: sorted.length,
    quantiles: [least, at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), most],
    counts,
  };
}

/** Between the two values next to it, in proportion (Hyndman, Fan 1996, type 7: NumPy's default). */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

/** The share of ascending values that are smaller than one. */
export function shareBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 0 : low / sorted.length;
}
