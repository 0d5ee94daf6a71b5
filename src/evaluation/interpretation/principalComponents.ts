import { seededRandom } from '../../common/random.js';
import { dot, unit } from './vectors.js';

/** The two directions along which points differ most. */
export interface PrincipalPlane {
  /** Coordinates of each point. */
  readonly places: readonly [number, number][];
  /** The share of the variance that each direction tells. */
  readonly explained: readonly [number, number];
}

/** Directions that turn less than this in a round have settled. */
const settled = 1e-9;
const mostRounds = 500;

/**
 * The first two principal components by power iteration on the centred points, v ← Xᵀ(X·v) / ‖Xᵀ(X·v)‖, the second with the first taken out
 * (Hotelling 1933). The covariance itself is never made, so that wide models cost no more than their points. Each direction's greatest
 * coordinate is positive, so that the same points give the same plane. `pause` is called between rounds and may throw.
 */
export async function principalPlane(
  points: readonly Float32Array[],
  pause: () => Promise<void>,
): Promise<PrincipalPlane> {
  const width = points[0]?.length ?? 0;
  const centre = new Float64Array(width);
  for (const point of points) for (let i = 0; i < width; i++) centre[i] = (centre[i] ?? 0) + (point[i] ?? 0);
  const centred = points.map((point) => point.map((x, i) => x - (centre[i] ?? 0) / points.length));
  const variance = centred.reduce((sum, point) => sum + dot(point, point), 0);

  const directions: Float32Array[] = [];
  const along: Float64Array[] = [];
  for (const name of ['first', 'second']) {
    const random = seededRandom('principal component', name);
    let direction = unit(Float32Array.from({ length: width }, () => random.normal()));
    for (let round = 0; round < mostRounds; round++) {
      const turned = oriented(unit(without(spread(centred, direction), directions)));
      const change = 1 - Math.abs(dot(turned, direction));
      direction = turned;
      await pause();
      if (change < settled) break;
    }
    directions.push(direction);
    along.push(Float64Array.from(centred, (point) => dot(point, direction)));
  }
  const share = (values: Float64Array = new Float64Array()): number =>
    variance === 0 ? 0 : values.reduce((sum, x) => sum + x * x, 0) / variance;
  return {
    places: centred.map((_, i) => [along[0]?.[i] ?? 0, along[1]?.[i] ?? 0]),
    explained: [share(along[0]), share(along[1])],
  };
}

/** Xᵀ(X·v). */
function spread(points: readonly Float32Array[], direction: Float32Array): Float32Array {
  const sum = new Float64Array(direction.length);
  for (const point of points) {
    const part = dot(point, direction);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + part * (point[i] ?? 0);
  }
  return Float32Array.from(sum);
}

function without(vector: Float32Array, directions: readonly Float32Array[]): Float32Array {
  return directions.reduce((rest, direction) => {
    const part = dot(rest, direction);
    return rest.map((x, i) => x - part * (direction[i] ?? 0));
  }, vector);
}

function oriented(direction: Float32Array): Float32Array {
  const greatest = direction.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  return greatest < 0 ? direction.map((x) => -x) : direction;
}
