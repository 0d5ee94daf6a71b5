/** White space as Python's `str.split` has it, which the reference implementations of the metrics are written with. */
const whiteSpace = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const between = new RegExp(whiteSpace, 'u');
const atEnd = new RegExp(`${whiteSpace}$`, 'u');

/** Python's `text.split()`. */
export const splitWords = (text: string): string[] => text.split(between).filter((word) => word !== '');

/** Python's `text.rstrip()`. */
export const trimmedEnd = (text: string): string => text.replace(atEnd, '');

export type Counts = ReadonlyMap<string, number>;

export function countsOf(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** How many n consecutive items there are of each kind. `separator` stands in no item. */
export function ngrams(items: readonly string[], n: number, separator: string): Map<string, number> {
  return countsOf(
    Array.from({ length: Math.max(0, items.length - n + 1) }, (_, i) => items.slice(i, i + n).join(separator)),
  );
}

/** How many items two bags have in common. */
export function overlap(a: Counts, b: Counts): number {
  let common = 0;
  for (const [item, count] of a) common += Math.min(count, b.get(item) ?? 0);
  return common;
}

export const sizeOf = (counts: Counts): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** The harmonic mean of precision and recall, 0 where both are. */
export const fMeasure = (precision: number, recall: number): number =>
  precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
