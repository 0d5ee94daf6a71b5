import type { ErrorMessage } from '../errors/errorMessage.js';
import type { MetricName, RunEvent, Split } from './events.js';
import type { MainScore } from './mainScore.js';
import { isBetter, isShare, metricText } from './numbers.js';

export type SweepRunState = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed';

/** What became of a run of a sweep. */
export interface SweepOutcome {
  readonly state: SweepRunState;
  /** The run's id. */
  readonly run?: string;
  readonly dev?: MainScore;
  readonly test?: MainScore;
  /** The bare model's, where this run scored it. */
  readonly baseline?: { readonly dev?: MainScore; readonly test?: MainScore };
  readonly steps?: number;
  readonly seconds?: number;
  readonly error?: ErrorMessage;
}

export interface SweepResult extends SweepOutcome {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** `sweeps/NAME/table.json`: every run in the order of the recipe's values. */
export interface SweepTable {
  readonly version: 1;
  readonly name: string;
  /** Absolute. */
  readonly recipeFile: string;
  readonly fields: readonly string[];
  readonly results: readonly SweepResult[];
}

/** A combination of values but for the seed. */
export interface SweepRow {
  readonly values: Readonly<Record<string, unknown>>;
  readonly runs: number;
  /** Of the finished runs, in the order of their seeds. */
  readonly scores: readonly number[];
  /** Absent before the first finished run. */
  readonly mean?: number;
  /** √(Σ(x − mean)² / (n − 1)); absent below two scores. */
  readonly deviation?: number;
  readonly baseline?: number;
}

/** What a sweep's runs are compared by, and the rows that their seeds make together. */
export interface SweepSummary {
  /** The fields that tell rows apart. */
  readonly fields: readonly string[];
  /** Absent before the first finished run. */
  readonly score?: { readonly split: 'dev' | 'test'; readonly metric: MainScore['metric'] };
  readonly rows: readonly SweepRow[];
  /** The row with the best mean. */
  readonly best?: number;
}

const seedField = 'training.seed';

/** On test where every finished run has been tested, else on dev. */
export function summariseSweep({ fields, results }: Pick<SweepTable, 'fields' | 'results'>): SweepSummary {
  const shown = fields.filter((field) => field !== seedField);
  const finished = results.filter(({ state }) => state === 'finished');
  const split = finished.length > 0 && finished.every(({ test }) => test !== undefined) ? 'test' : 'dev';
  const metric = finished.find((result) => result[split] !== undefined)?.[split]?.metric;
  const groups = new Map<string, SweepResult[]>();
  for (const result of results) {
    const key = JSON.stringify(shown.map((field) => result.values[field]));
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const baselines = new Map(
    results.flatMap((result) => {
      const score = result.baseline?.[split];
      return score === undefined ? [] : [[bareKey(result), score.value] as const];
    }),
  );
  const rows = [...groups.values()].map((group): SweepRow => {
    const [first] = group;
    const scores = group.flatMap((result) => {
      const score = result.state === 'finished' ? result[split] : undefined;
      return score?.metric === metric && score !== undefined ? [score.value] : [];
    });
    const baseline = first && baselines.get(bareKey(first));
    return {
      values: Object.fromEntries(shown.map((field) => [field, first?.values[field]])),
      runs: group.length,
      scores,
      ...meanAndDeviation(scores),
      ...(baseline !== undefined && { baseline }),
    };
  });
  if (metric === undefined) return { fields: shown, rows };
  let best: number | undefined;
  rows.forEach(({ mean }, i) => {
    const other = best === undefined ? undefined : rows[best]?.mean;
    if (mean !== undefined && (other === undefined || isBetter(metric, mean, other))) best = i;
  });
  return { fields: shown, score: { split, metric }, rows, ...(best !== undefined && { best }) };
}

/** Runs that differ in nothing else are compared with the same bare model. */
const bareKey = ({ values }: SweepResult): string =>
  JSON.stringify(Object.entries(values).filter(([field]) => !/^(method|training)(\.|$)/.test(field)));

export function meanAndDeviation(scores: readonly number[]): { mean?: number; deviation?: number } {
  if (scores.length === 0) return {};
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  if (scores.length === 1) return { mean };
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (scores.length - 1)) };
}

/** 87.3 % ± 1.2 */
export function meanText(metric: MetricName, mean: number | undefined, deviation: number | undefined): string {
  if (mean === undefined) return '–';
  return deviation === undefined
    ? metricText(metric, mean)
    : `${metricText(metric, mean)} ± ${spreadText(metric, deviation)}`;
}

/** A deviation in its metric's unit, without the sign. */
export const spreadText = (metric: MetricName, deviation: number): string =>
  isShare(metric) ? (100 * deviation).toFixed(1) : deviation.toFixed(2);

/** A finished run's scores from what it told. */
export function outcomeOf(events: readonly RunEvent[]): Omit<SweepOutcome, 'state'> {
  const of = (split: Split, bare: boolean): MainScore | undefined => {
    const told = events.filter(
      (event) => event.type === 'evaluation' && event.split === split && event.baseline === bare,
    );
    const last = told.findLast((event) => event.type === 'evaluation' && event.best) ?? told.at(-1);
    return last?.type === 'evaluation' ? { metric: last.metric, value: last.value } : undefined;
  };
  const scores = (bare: boolean): { dev?: MainScore; test?: MainScore } => {
    const [dev, test] = [of('dev', bare), of('test', bare)];
    return { ...(dev && { dev }), ...(test && { test }) };
  };
  const end = events.findLast((event) => event.type === 'end');
  const baseline = scores(true);
  return {
    ...scores(false),
    ...(Object.keys(baseline).length > 0 && { baseline }),
    ...(end && { steps: end.step, seconds: end.seconds }),
  };
}

/** As few words of each path as tell it from the others. */
export function fieldNames(fields: readonly string[]): string[] {
  const last = (path: string): string => path.split('.').at(-1) ?? path;
  return fields.map((path) =>
    fields.some((other) => other !== path && last(other) === last(path)) ? path : last(path),
  );
}

/** A value as a table shows it. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** num_virtual_tokens 20, seed 1 */
export function valuesText(values: Readonly<Record<string, unknown>>): string {
  const names = fieldNames(Object.keys(values));
  return Object.values(values)
    .map((value, i) => `${names[i] ?? ''} ${valueText(value)}`)
    .join(', ');
}
