import * as l10n from '@vscode/l10n';
import type { Metrics } from './events.js';
import type { RecipeTest, TestMetric } from './recipe.js';

/** Which bound a metric has: of perplexity less is better. */
export const boundOf: Readonly<Record<TestMetric, 'atLeast' | 'atMost'>> = {
  accuracy: 'atLeast',
  macroF1: 'atLeast',
  exactMatch: 'atLeast',
  tokenF1: 'atLeast',
  bleu: 'atLeast',
  rouge1: 'atLeast',
  rouge2: 'atLeast',
  rougeL: 'atLeast',
  chrf: 'atLeast',
  perplexity: 'atMost',
};

/** The best value that a metric can have. */
export const bestOf: Readonly<Record<TestMetric, number>> = {
  accuracy: 1,
  macroF1: 1,
  exactMatch: 1,
  tokenF1: 1,
  bleu: 100,
  rouge1: 1,
  rouge2: 1,
  rougeL: 1,
  chrf: 100,
  perplexity: Infinity,
};

/** A metric and the value from which on it is good enough. */
export interface Gate {
  readonly metric: TestMetric;
  readonly bound: number;
}

/** A gate and what it was held against; without a value where the rows have no such metric. */
export interface GateResult extends Gate {
  readonly value?: number;
  readonly passed: boolean;
}

/** A test file with all that is asked of it. */
export interface TestFile {
  readonly file: RecipeTest['file'];
  readonly gates: readonly Gate[];
  /** The place of the first of them in the recipe's list. */
  readonly index: number;
}

/** The tests of a recipe that `checkRecipe` has passed, by file: its rows are judged once, whatever is asked of them. */
export function testFiles(tests: readonly RecipeTest[]): TestFile[] {
  const files = new Map<string, TestFile>();
  tests.forEach((test, index) => {
    const { file, metric } = test;
    const key = JSON.stringify(typeof file === 'string' ? { path: file } : file);
    const before = files.get(key);
    const gate = { metric, bound: test[boundOf[metric]] ?? Number.NaN };
    files.set(key, { file, index, ...before, gates: [...(before?.gates ?? []), gate] });
  });
  return [...files.values()];
}

export function holdAgainst({ metric, bound }: Gate, metrics: Metrics): GateResult {
  const value = metrics[metric];
  if (value === undefined) return { metric, bound, passed: false };
  return { metric, bound, value, passed: boundOf[metric] === 'atLeast' ? value >= bound : value <= bound };
}

/** The metrics of a task that a test can ask for. */
export const metricsFor = (task: 'classification' | 'generation'): readonly TestMetric[] =>
  task === 'classification'
    ? ['accuracy', 'macroF1']
    : ['exactMatch', 'tokenF1', 'bleu', 'rouge1', 'rouge2', 'rougeL', 'chrf', 'perplexity'];

/** A gate that a score just passes, with few digits: 0.8427 → 0.842; of perplexity 12.3456 → 12.35. */
export function suggestedBound(metric: TestMetric, value: number): number {
  // A hair, so that 0.29 · 1000 stays 290.
  const hair = 1e-9;
  if (boundOf[metric] === 'atMost') return Math.ceil(value * 100 - hair) / 100;
  const scale = bestOf[metric] === 1 ? 1000 : 10;
  return Math.floor(value * scale + hair) / scale;
}

/** accuracy ≥ 85.0 % */
export function gateText({ metric, bound }: Gate): string {
  const sign = boundOf[metric] === 'atLeast' ? '≥' : '≤';
  return `${testMetricName(metric)} ${sign} ${valueText(metric, bound)}`;
}

/** accuracy 84.2 %, at least 85.0 % expected. As many digits as tell the two apart. */
export function gateResultText({ metric, bound, value, passed }: GateResult): string {
  const name = testMetricName(metric);
  if (value === undefined) return l10n.t('These rows have no {metric}.', { metric: name });
  const digits = [0, 1, 2, 3].find(
    (more) => passed || valueText(metric, value, more) !== valueText(metric, bound, more),
  );
  const words = {
    metric: name,
    value: valueText(metric, value, digits),
    bound: valueText(metric, bound, digits),
  };
  return boundOf[metric] === 'atLeast'
    ? l10n.t('{metric} {value}, at least {bound} expected', words)
    : l10n.t('{metric} {value}, at most {bound} expected', words);
}

export function testMetricName(metric: TestMetric): string {
  const names: Readonly<Record<TestMetric, string>> = {
    accuracy: l10n.t('accuracy'),
    macroF1: l10n.t('macro-F1'),
    exactMatch: l10n.t('exact match'),
    tokenF1: l10n.t('token F1'),
    bleu: 'BLEU',
    rouge1: 'ROUGE-1',
    rouge2: 'ROUGE-2',
    rougeL: 'ROUGE-L',
    chrf: 'chrF',
    perplexity: l10n.t('perplexity'),
  };
  return names[metric];
}

function valueText(metric: TestMetric, value: number, more = 0): string {
  if (bestOf[metric] === 1) return `${(100 * value).toFixed(1 + more)} %`;
  return value.toFixed((bestOf[metric] === 100 ? 1 : 2) + more);
}
