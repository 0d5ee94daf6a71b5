import { defined } from '../../src/common/assert.js';
import type { Random } from '../../src/common/random.js';
import type { Operand } from './float64.js';

/** ‖found − expected‖ / ‖expected‖; where nothing is expected, the norm of what was found. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    const [x, y] = [found[i] as number, expected[i] as number];
    difference += (x - y) ** 2;
    norm += y ** 2;
  }
  return Math.sqrt(norm > 0 ? difference / norm : difference);
}

/** max |found − expected|, infinite where the sizes differ. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    // Also where one is not a number.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** Normal numbers as float32, so that float32 and float64 start from the same. */
export function randomTensor(
  random: Random,
  shape: readonly number[],
  scale = 1,
): { data: Float32Array; shape: readonly number[] } {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = scale * random.normal();
  return { data, shape };
}

/** Central finite differences of a scalar function with respect to every element of x. */
export function centralDifferences(f: (x: Operand) => number, { data, shape }: Operand, step = 1e-5): Float64Array {
  const x = Float64Array.from(data);
  return Float64Array.from(data, (value, i) => {
    const moved = [value + step, value - step].map((v) => {
      x[i] = v;
      return f({ data: x, shape });
    });
    x[i] = value;
    return (defined(moved[0], 'a value') - defined(moved[1], 'a value')) / (2 * step);
  });
}
