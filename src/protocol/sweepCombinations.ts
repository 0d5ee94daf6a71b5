import type { Sweep, SweepValues } from './recipe.js';

/** Values by dotted path, and which of each field's they are. */
export interface Combination {
  readonly values: Readonly<Record<string, unknown>>;
  readonly indices: readonly number[];
}

/** More runs than this are a mistake in a range rather than a wish. */
export const mostSweepRuns = 1000;

/** How many values a field has. */
export function valueCount(values: SweepValues): number {
  if (Array.isArray(values)) return values.length;
  const { from, to, step = 1, factor } = values;
  const steps = factor === undefined ? (to - from) / step : Math.log(to / from) / Math.log(factor);
  // 0.1 to 0.3 by 0.1 ends at 0.3, whatever the last bit says.
  return Math.max(0, Math.floor(steps + 1e-9) + 1);
}

/** The values of a list or a range. */
export function valuesOf(values: SweepValues): readonly unknown[] {
  if (Array.isArray(values)) return values;
  const { from, step = 1, factor } = values;
  return Array.from({ length: valueCount(values) }, (_, i) =>
    Number((factor === undefined ? from + i * step : from * factor ** i).toPrecision(12)),
  );
}

export const combinationCount = (sweep: Sweep): number =>
  Object.values(sweep).reduce((product, values) => product * valueCount(values), 1);

/** Every combination, the last field's values next to each other. */
export function sweepCombinations(sweep: Sweep): Combination[] {
  let found: Combination[] = [{ values: {}, indices: [] }];
  for (const [path, values] of Object.entries(sweep)) {
    const all = valuesOf(values);
    found = found.flatMap((before) =>
      all.map((value, i) => ({ values: { ...before.values, [path]: value }, indices: [...before.indices, i] })),
    );
  }
  return found;
}

/** A recipe as it was written, with other values at dotted paths and without its sweep. */
export function withValues(input: object, values: Readonly<Record<string, unknown>>): object {
  let changed: object = Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'sweep'));
  for (const [path, value] of Object.entries(values)) changed = replaced(changed, path.split('.'), value);
  return changed;
}

function replaced(object: object, [key = '', ...deeper]: readonly string[], value: unknown): object {
  if (deeper.length === 0) return { ...object, [key]: value };
  const inside: unknown = (object as Record<string, unknown>)[key];
  const parent = typeof inside === 'object' && inside !== null ? inside : {};
  return { ...object, [key]: replaced(parent, deeper, value) };
}
