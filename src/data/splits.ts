import { defined } from '../common/assert.js';
import { seededRandom, shuffledIndices } from '../common/random.js';
import type { Example } from '../protocol/dataset.js';

export interface HeldOut {
  /** Row indices, ascending. */
  readonly train: readonly number[];
  readonly dev: readonly number[];
}

/**
 * Holds out `devRows` of `count` rows, at most a fifth of them. With `labels` (one for each row) every label keeps its share to within a row:
 * of the shuffled rows, ordered by label, the held-out ones stand at even distances (systematic sampling).
 */
export function holdOut(
  count: number,
  devRows: number,
  seed: number,
  labels?: readonly (number | undefined)[],
): HeldOut {
  const size = Math.min(devRows, Math.floor(count / 5));
  const order = shuffledIndices(count, seededRandom(seed, 'holdOut'));
  if (labels !== undefined) order.sort((a, b) => (labels[a] ?? -1) - (labels[b] ?? -1));
  const dev = Array.from({ length: size }, (_, i) => defined(order[Math.floor(((i + 0.5) * count) / size)], 'row'));
  const held = new Set(dev);
  const ascending = (a: number, b: number): number => a - b;
  return { train: order.filter((row) => !held.has(row)).sort(ascending), dev: dev.sort(ascending) };
}

/** A row of `b` whose rendered input also stands in `a`, and the first row of `a` with it; each carries its file and line. */
export interface SharedRow {
  readonly a: Example;
  readonly b: Example;
}

/** The rows of `b` that also stand in `a`: test rows that were trained on make a score look better than it is. */
export function sharedRows(a: readonly Example[], b: readonly Example[]): SharedRow[] {
  const byInput = new Map<string, Example>();
  for (const example of a) if (!byInput.has(example.input)) byInput.set(example.input, example);
  return b.flatMap((example) => {
    const match = byInput.get(example.input);
    return match === undefined ? [] : [{ a: match, b: example }];
  });
}
