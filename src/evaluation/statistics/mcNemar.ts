/**
 * McNemar's exact test, two-sided: of the rows that only one of two judges gets right, how likely is a split at least as uneven if both
 * are as good? p = min(1, 2 · P(X ≤ min(onlyA, onlyB))), X binomial with n = onlyA + onlyB, ½.
 */
export function mcNemar(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const least = Math.min(onlyA, onlyB);
  // log of C(n, k) · 2^−n, since 2^−n is 0 in float64 from n = 1075 on.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= least; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return Math.min(1, 2 * tail);
}
