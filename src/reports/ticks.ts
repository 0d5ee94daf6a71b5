/** Round numbers within a range: multiples of 1, 2 or 5 times a power of ten, at most `most` of them. */
export function ticks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** A tick with as many digits as tell it from its neighbours. */
export function tickText(value: number, all: readonly number[]): string {
  const [first = 0, second = first + 1] = all;
  const digits = Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9));
  return digits > 5 ? value.toExponential(1) : value.toFixed(digits);
}
