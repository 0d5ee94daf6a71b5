import { fieldNames, valueText, type SweepSummary } from './sweepTable.js';

/** A mean over seeds, with what one deviation more and less would be. */
export interface SweepPoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The points of one combination of the other fields' values, by x. */
export interface SweepSeries {
  /** Empty where there is but one. */
  readonly label: string;
  readonly points: readonly SweepPoint[];
  readonly baseline?: number;
}

/** The fields that can be an axis: numbers in every row, and at least two of them. */
export function axisFields({ fields, rows }: SweepSummary): string[] {
  return fields.filter((field) => {
    const values = rows.map((row) => row.values[field]);
    return values.every((value) => typeof value === 'number') && new Set(values).size > 1;
  });
}

/** The lines of a chart over one field, in the order of the table. */
export function seriesOver({ fields, rows }: SweepSummary, field: string): SweepSeries[] {
  const others = fields.filter((other) => other !== field);
  const names = fieldNames(others);
  const lines = new Map<string, { points: SweepPoint[]; baseline?: number }>();
  for (const { values, mean, deviation = 0, baseline } of rows) {
    const label = others.map((other, i) => `${names[i] ?? ''} ${valueText(values[other])}`).join(', ');
    const line = lines.get(label) ?? { points: [] };
    lines.set(label, line);
    if (baseline !== undefined) line.baseline = baseline;
    const x = values[field];
    if (typeof x !== 'number' || mean === undefined) continue;
    line.points.push({ x, mean, low: mean - deviation, high: mean + deviation });
  }
  return [...lines].map(([label, { points, ...line }]) => ({
    label,
    ...line,
    points: points.sort((a, b) => a.x - b.x),
  }));
}

/** Prompt lengths and learning rates are chosen by factors: 1, 5, 20, 100 stand at even distances. */
export const isLogAxis = (values: readonly number[]): boolean =>
  values.every((value) => value > 0) && Math.max(...values) / Math.min(...values) >= 10;
