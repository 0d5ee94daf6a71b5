import * as l10n from '@vscode/l10n';
import { defined } from '../common/assert.js';
import type { MetricName, Metrics } from './events.js';
import { isShare, metricName, metricText } from './numbers.js';
import { presetMetrics } from './presets.js';
import type { Recipe, RecipeTest } from './recipe.js';

/** Which bound a metric has: of perplexity less is better. */
export const boundOf = (metric: MetricName): 'atLeast' | 'atMost' => (isShare(metric) ? 'atLeast' : 'atMost');

/** A metric and the value from which on it is good enough. */
export interface Gate {
  readonly metric: MetricName;
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
    const { file } = test;
    const metric = defined(test.metric, 'a metric');
    const key = JSON.stringify(typeof file === 'string' ? { path: file } : file);
    const before = files.get(key);
    const gate = { metric, bound: test[boundOf(metric)] ?? Number.NaN };
    files.set(key, { file, index, ...before, gates: [...(before?.gates ?? []), gate] });
  });
  return [...files.values()];
}

/** A gate as a recipe writes it. */
export const testOf = (file: RecipeTest['file'], { metric, bound }: Gate): RecipeTest => ({
  file,
  metric,
  [boundOf(metric)]: bound,
});

export function holdAgainst({ metric, bound }: Gate, metrics: Metrics): GateResult {
  const value = metrics[metric];
  if (value === undefined) return { metric, bound, passed: false };
  return { metric, bound, value, passed: boundOf(metric) === 'atLeast' ? value >= bound : value <= bound };
}

/** The metrics of a task that a test can ask for. */
export const metricsFor = (task: 'classification' | 'generation'): readonly MetricName[] =>
  task === 'classification'
    ? ['accuracy', 'macroF1']
    : ['exactMatch', 'tokenF1', 'bleu', 'rouge1', 'rouge2', 'rougeL', 'chrf', 'perplexity'];

/** Whether a metric compares written texts with their targets. */
export const asksForTexts = ({ metric }: Gate): boolean =>
  metricsFor('generation').includes(metric) && metric !== 'perplexity';

/** A gate that a score just passes, with few digits: 0.8427 → 0.842; of perplexity 12.3456 → 12.35. */
export function suggestedBound(metric: MetricName, value: number): number {
  // A hair, so that 0.29 · 1000 stays 290.
  const hair = 1e-9;
  if (!isShare(metric)) return Math.ceil(value * 100 - hair) / 100;
  return Math.floor(value * 1000 + hair) / 1000;
}

/** accuracy ≥ 85.0 % */
export function gateText({ metric, bound }: Gate): string {
  const sign = boundOf(metric) === 'atLeast' ? '≥' : '≤';
  return `${metricName(metric)} ${sign} ${metricText(metric, bound)}`;
}

/** accuracy 84.2 %, at least 85.0 % expected. As many digits as tell the two apart. */
export function gateResultText({ metric, bound, value, passed }: GateResult): string {
  const name = metricName(metric);
  if (value === undefined) return l10n.t('These rows have no {metric}.', { metric: name });
  const digits = [0, 1, 2, 3].find(
    (more) => passed || metricText(metric, value, more) !== metricText(metric, bound, more),
  );
  const words = {
    metric: name,
    value: metricText(metric, value, digits),
    bound: metricText(metric, bound, digits),
  };
  return boundOf(metric) === 'atLeast'
    ? l10n.t('{metric} {value}, at least {bound} expected', words)
    : l10n.t('{metric} {value}, at most {bound} expected', words);
}

/** A test that names no metric has its preset's. */
export function withPresetMetric(recipe: Recipe): Recipe {
  const { tests, data } = recipe;
  if (!tests || data.preset === undefined) return recipe;
  const [usual] = presetMetrics[data.preset];
  return { ...recipe, tests: tests.map((test) => ({ ...test, metric: test.metric ?? usual })) };
}
