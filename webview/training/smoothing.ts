import { column, type Column } from './column.js';

/**
 * Exponential moving average without a bias towards its beginning: sₜ = β sₜ₋₁ + (1 − β) xₜ, shown as sₜ / (1 − βᵗ).
 * Kingma & Ba 2015, section 3. `extend` goes on where it stopped, so that a new point costs one step.
 */
export interface Smoothed {
  readonly beta: number;
  extend(values: ArrayLike<number>): Float32Array;
}

export function smoothed(beta: number): Smoothed {
  const shown: Column<Float32Array> = column(Float32Array);
  let mean = 0;
  let last: number | undefined;
  return {
    beta,
    extend: (values) => {
      // Fewer, or others: a resumed run told them again.
      if (shown.length > values.length || (shown.length > 0 && values[shown.length - 1] !== last)) {
        shown.cut(0);
        mean = 0;
      }
      const more: number[] = [];
      for (let i = shown.length; i < values.length; i++) {
        mean = beta * mean + (1 - beta) * (values[i] ?? 0);
        more.push(mean / (1 - beta ** (i + 1)));
      }
      shown.append(more);
      last = values[values.length - 1];
      return shown.values();
    },
  };
}
