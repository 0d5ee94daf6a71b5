import type { MetricName, Metrics } from './events.js';
import { meanAndDeviation } from './sweepTable.js';

/** What was trained on one data set: a prompt, or those of a recipe's sweep, whose scores count together. */
export interface TransferSource {
  readonly name: string;
  /** The prompts' names. */
  readonly prompts: readonly string[];
  /** The name of the set whose training rows it learned from; absent where no test rows of it are known. */
  readonly inDomain?: string;
}

/** Rows that every source is scored on. */
export interface TransferSet {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

/** A prompt's scores on a set. */
export interface TransferScore {
  readonly source: string;
  readonly prompt: string;
  readonly set: string;
  readonly metrics: Metrics;
  /** The bare model's on the same texts, where it was asked. */
  readonly baseline?: Metrics;
}

/** `transfers/NAME/table.json` */
export interface TransferTable {
  readonly version: 1;
  readonly name: string;
  readonly metric: MetricName;
  readonly sources: readonly TransferSource[];
  readonly sets: readonly TransferSet[];
  readonly scores: readonly TransferScore[];
}

/** A source on a set, its prompts together. */
export interface TransferRow {
  readonly source: string;
  readonly set: string;
  readonly isInDomain: boolean;
  /** Of the set; absent before the first score, as what follows. */
  readonly rows?: number;
  readonly prompts: number;
  /** In the order of the source's prompts. */
  readonly scores: readonly number[];
  readonly mean?: number;
  /** √(Σ(x − mean)² / (n − 1)); absent below two scores. */
  readonly deviation?: number;
  readonly baseline?: number;
  /** The source's mean in its own domain, to compare with; absent there, and where it is not known. */
  readonly inDomainMean?: number;
}

/** A row for each source and set, a source's own set first. */
export function summariseTransfer({ sources, sets, scores, metric }: Omit<TransferTable, 'version'>): TransferRow[] {
  return sources.flatMap(({ name, prompts, inDomain }) => {
    const rowOf = (set: string): TransferRow => {
      const found = scores.filter((score) => score.source === name && score.set === set);
      const values = prompts.flatMap((prompt) => found.find((score) => score.prompt === prompt)?.metrics[metric] ?? []);
      const baseline = found.find((score) => score.baseline !== undefined)?.baseline?.[metric];
      const rows = found[0]?.metrics.n;
      return {
        source: name,
        set,
        isInDomain: set === inDomain,
        ...(rows !== undefined && { rows }),
        prompts: prompts.length,
        scores: values,
        ...meanAndDeviation(values),
        ...(baseline !== undefined && { baseline }),
      };
    };
    const own = inDomain === undefined ? [] : [rowOf(inDomain)];
    const inDomainMean = own[0]?.mean;
    const others = sets.filter((set) => set.name !== inDomain).map((set) => rowOf(set.name));
    return [...own, ...others.map((row) => ({ ...row, ...(inDomainMean !== undefined && { inDomainMean }) }))];
  });
}
