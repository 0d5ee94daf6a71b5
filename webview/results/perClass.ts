import type { Metrics } from '../../src/protocol/events.js';

/** How well one label is found. */
export interface ClassScore {
  readonly label: string;
  /** Of the rows taken for it, those that are. */
  readonly precision: number | undefined;
  /** Of its rows, those that are found. */
  readonly recall: number | undefined;
  readonly f1: number | undefined;
  readonly rows: number;
}

/** From the confusion matrix; undefined where there is nothing to divide by. */
export function perClass({ labels = [], confusion = [] }: Metrics): ClassScore[] {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const share = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);
  return labels.map((label, i) => {
    const hits = confusion[i]?.[i] ?? 0;
    const rows = sum(confusion[i] ?? []);
    const taken = sum(confusion.map((row) => row[i] ?? 0));
    return {
      label,
      precision: share(hits, taken),
      recall: share(hits, rows),
      f1: share(2 * hits, rows + taken),
      rows,
    };
  });
}
