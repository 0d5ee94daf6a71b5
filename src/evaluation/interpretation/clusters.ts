import type { TokenCluster } from '../../protocol/interpretation.js';
import { dot, mean, unit } from './vectors.js';

/** An angle of 60°: far above what unrelated directions of hundreds of dimensions have, which is 0 within a few hundredths. */
const leastSimilarity = 0.5;

/**
 * Groups vectors by direction: agglomerative, by the mean cosine between groups (average linkage), as long as that is at least 0.5. It needs
 * no number of groups, has no start to choose, and a single bridge does not join two groups, as it would with single linkage. The largest
 * first, then by the first position.
 */
export function clusterByDirection(vectors: readonly Float32Array[]): TokenCluster[] {
  const units = vectors.map(unit);
  const cosines = units.map((a) => Float64Array.from(units, (b) => dot(a, b)));
  const between = (a: number, b: number): number => cosines[a]?.[b] ?? 0;
  /** Mean cosine of groups, by their numbers: the mean over all pairs, one of each. */
  const linkage = cosines.map((row) => row.slice());
  const link = (a: number, b: number): number => linkage[a]?.[b] ?? -Infinity;
  const groups = new Map(units.map((_, i) => [i, [i]]));

  for (;;) {
    const numbers = [...groups.keys()];
    let [best, first, second] = [-Infinity, -1, -1];
    numbers.forEach((a, i) => {
      for (const b of numbers.slice(i + 1)) if (link(a, b) > best) [best, first, second] = [link(a, b), a, b];
    });
    const [one, other] = [groups.get(first), groups.get(second)];
    if (!one || !other || best < leastSimilarity) break;
    // Lance, Williams 1967: the mean over a joined group follows from the means over its parts.
    for (const c of numbers) {
      const joined = (one.length * link(first, c) + other.length * link(second, c)) / (one.length + other.length);
      linkage[first]?.fill(joined, c, c + 1);
      linkage[c]?.fill(joined, first, first + 1);
    }
    groups.set(first, [...one, ...other]);
    groups.delete(second);
  }
  return [...groups.values()]
    .map((members) => {
      const positions = members.sort((a, b) => a - b);
      const pairs = positions.flatMap((a, i) => positions.slice(i + 1).map((b) => between(a, b)));
      return { positions, similarity: pairs.length === 0 ? 1 : mean(pairs) };
    })
    .sort((a, b) => b.positions.length - a.positions.length || (a.positions[0] ?? 0) - (b.positions[0] ?? 0));
}
