import { UMAP } from 'umap-js';
import { seededRandom } from '../../common/random.js';
import { dot, unit } from './vectors.js';

/** Neighbours of each point that its surroundings are made of: umap-learn's default. */
const neighbours = 15;
/** umap-learn's default for large sets; more moves these points by little. */
const epochs = 200;
/** The neighbours take about so much of the whole time. */
const neighboursShare = 0.4;

/**
 * A layout in two dimensions that keeps neighbourhoods (McInnes, Healy, Melville 2018), by cosine distance; the same points give the same
 * layout. Points that are equal in direction may stand apart a little. `tell` is called with the share that is done and may throw.
 */
export async function umapLayout(
  points: readonly Float32Array[],
  tell: (share: number) => Promise<void>,
): Promise<[number, number][]> {
  const count = Math.min(neighbours, points.length - 1);
  const { indices, distances } = await nearestPoints(points, count, (share) => tell(neighboursShare * share));
  const random = seededRandom('umap');
  const umap = new UMAP({ nNeighbors: count, nEpochs: epochs, random: () => random.next() });
  umap.setPrecomputedKNN(indices, distances);
  // The points themselves are only counted: their neighbours are given.
  const rounds = umap.initializeFit(points.map(() => []));
  for (let round = 1; round <= rounds; round++) {
    umap.step();
    await tell(neighboursShare + ((1 - neighboursShare) * round) / rounds);
  }
  return umap.getEmbedding().map(([x = 0, y = 0]) => [x, y]);
}

/** Of each point the nearest by cosine distance, itself first, as UMAP wants them; exact. */
export async function nearestPoints(
  points: readonly Float32Array[],
  count: number,
  tell: (share: number) => Promise<void>,
): Promise<{ indices: number[][]; distances: number[][] }> {
  const units = points.map(unit);
  const indices = units.map((_, i) => [i]);
  const distances = units.map(() => [0]);
  const offer = (i: number, j: number, distance: number): void => {
    const [found, far] = [indices[i] ?? [], distances[i] ?? []];
    if (found.length === count && distance >= (far[count - 1] ?? Infinity)) return;
    // Itself stays first, also where others are no farther.
    let at = found.length;
    while (at > 1 && (far[at - 1] ?? 0) > distance) at--;
    found.splice(at, 0, j);
    far.splice(at, 0, distance);
    if (found.length > count) [found.length, far.length] = [count, count];
  };
  for (const [i, a] of units.entries()) {
    for (let j = 0; j < i; j++) {
      const b = units[j];
      if (!b) continue;
      const distance = Math.max(0, 1 - dot(a, b));
      offer(i, j, distance);
      offer(j, i, distance);
    }
    // Each point meets those before it.
    await tell(((i + 1) / units.length) ** 2);
  }
  return { indices, distances };
}
