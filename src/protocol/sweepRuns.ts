import { getNodeValue, parseTree } from 'jsonc-parser';
import { seededRandom } from '../common/random.js';
import { fitName } from './parseRecipe.js';
import { withPresetMetric } from './promptTest.js';
import { recipeSchema, type Recipe, type SweepValues } from './recipe.js';
import { sweepCombinations, withValues, type Combination } from './sweepCombinations.js';
import { fieldNames, valueText } from './sweepTable.js';

/** One of the runs that a sweep is: a combination of values, and the recipe that has them. */
export interface SweepRun extends Combination {
  /** The same as long as the values are, whatever else the sweep holds: what is trained once is found again by it. */
  readonly name: string;
  readonly recipe: Recipe;
}

export interface SweepPlan {
  readonly fields: readonly string[];
  readonly runs: readonly SweepRun[];
}

/** The runs of a recipe's text that `checkRecipe` has nothing against, in the order of its values, the last field's first. */
export function planSweep(text: string, name: string): SweepPlan {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const input = (root === undefined ? {} : getNodeValue(root)) as object & { sweep?: Record<string, SweepValues> };
  const sweep = input.sweep ?? {};
  const fields = Object.keys(sweep);
  const combinations = sweepCombinations(sweep);
  const names = runNames(combinations, name, fields);
  const scored = new Set<string>();
  const runs = combinations.map((combination, i): SweepRun => {
    const runName = names[i] ?? name;
    const recipe = withPresetMetric(recipeSchema.parse({ ...withValues(input, combination.values), name: runName }));
    // The bare model scores the same for all that differ in nothing but the prompt and its training.
    const bare = JSON.stringify([recipe.model, recipe.data, recipe.evaluation, recipe.engine]);
    const baseline = recipe.baseline && !scored.has(bare);
    if (baseline) scored.add(bare);
    return { ...combination, name: runName, recipe: { ...recipe, baseline } };
  });
  return { fields, runs };
}

/** A folder's name for each: field and value as far as they are short, what tells it apart for certain where they are not. */
function runNames(combinations: readonly Combination[], name: string, fields: readonly string[]): string[] {
  const short = fieldNames(fields);
  const spoken = (fit: (text: string) => string): string[] =>
    combinations.map(({ values }) =>
      [name, ...fields.map((path, i) => `${short[i] ?? path}-${fit(valueText(values[path]))}`)].join('-'),
    );
  const [full, fit] = [spoken((text) => text), spoken(fitName)];
  const counts = new Map<string, number>();
  for (const each of fit) counts.set(each.toLowerCase(), (counts.get(each.toLowerCase()) ?? 0) + 1);
  return fit.map((each, i) =>
    each === full[i] && counts.get(each.toLowerCase()) === 1 && each.length <= 100
      ? each
      : `${each.slice(0, 90)}-${mark(JSON.stringify(combinations[i]?.values))}`,
  );
}

/** Eight hexadecimal digits of a text. */
const mark = (of: string): string => (seededRandom(of).next() * 2 ** 32).toString(16).padStart(8, '0');
