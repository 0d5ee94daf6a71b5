import * as l10n from '@vscode/l10n';
import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { nearestName } from '../common/nearestName.js';
import { contradictions } from './contradictions.js';
import { recipeSchema, type Sweep, type SweepValues } from './recipe.js';
import { sweepableFields } from './recipeFields.js';
import { recipeProblems, type RecipeProblem } from './recipeProblems.js';
import {
  combinationCount,
  mostSweepRuns,
  sweepCombinations,
  withValues,
  type Combination,
} from './sweepCombinations.js';

/** More than this tells nobody more. */
const mostProblems = 20;

/** What is wrong with a sweep of a recipe that is right without it: its fields, its ranges, their number, and what the runs would say. */
export function sweepProblems(input: unknown, sweep: Sweep | undefined, root: Node): RecipeProblem[] {
  if (sweep === undefined) return [];
  const fields = Object.entries(sweep);
  if (fields.length === 0) return [{ path: ['sweep'], message: l10n.t('there is no field here to vary') }];
  const ownProblems = fields.flatMap(([path, values]) => [
    ...pathProblems(path, Object.keys(sweep), root),
    ...rangeProblems(path, values),
  ]);
  if (ownProblems.length > 0) return ownProblems;
  const count = combinationCount(sweep);
  if (count > mostSweepRuns) {
    const message = l10n.t('these are {count} runs, and a sweep has {most} at most; leave out values', {
      count,
      most: mostSweepRuns,
    });
    return [{ path: ['sweep'], ...atName(root, ['sweep']), message }];
  }
  return runProblems(input as object, sweep);
}

function pathProblems(path: string, all: readonly string[], root: Node): RecipeProblem[] {
  const known = sweepableFields();
  const at = { path: ['sweep', path], ...atName(root, ['sweep', path]) };
  const inside = all.find((other) => path.startsWith(`${other}.`));
  if (inside !== undefined)
    return [{ ...at, message: l10n.t('this field lies in "{other}", which is varied as a whole', { other: inside }) }];
  if (known.has(path)) return [];
  const nearest = [...known.keys()].find((name) => name.endsWith(`.${path}`)) ?? nearestName(path, known.keys());
  const message =
    nearest === undefined
      ? l10n.t('no field of a recipe; write it with its section, such as "method.num_virtual_tokens"')
      : l10n.t('there is no such field; did you mean "{nearest}"?', { nearest });
  return [{ ...at, message, ...(nearest !== undefined && { nearest }) }];
}

function rangeProblems(path: string, values: SweepValues): RecipeProblem[] {
  if (Array.isArray(values)) return [];
  const { from, to, step, factor } = values;
  const problem = (field: string, message: string): RecipeProblem[] => [{ path: ['sweep', path, field], message }];
  if (step !== undefined && factor !== undefined)
    return problem('factor', l10n.t('a range goes on by "step" or by "factor", not by both'));
  if (to < from) return problem('to', l10n.t('{to} is less than "from", which is {from}', { to, from }));
  if (factor !== undefined && from <= 0)
    return problem('from', l10n.t('{from} times anything comes to no end; with "factor", begin above 0', { from }));
  return [];
}

/** The fields' own errors: every run is checked as a recipe, and what is wrong is marked at the value that brings it. */
function runProblems(input: object, sweep: Sweep): RecipeProblem[] {
  const found = new Map<string, RecipeProblem>();
  const checked = new Map<string, RecipeProblem[]>();
  const check = (values: Combination['values']): RecipeProblem[] => {
    const key = JSON.stringify(values);
    const known = checked.get(key) ?? problemsOfRun(withValues(input, values));
    checked.set(key, known);
    return known;
  };
  for (const combination of sweepCombinations(sweep)) {
    for (const problem of check(combination.values)) {
      const place = problem.path.map(String).join('.');
      const { field, index } = culprit(combination, problem, check);
      const path = ['sweep', field, ...(Array.isArray(sweep[field]) ? [index] : [])];
      const message = place === field ? problem.message : `${place}: ${problem.message}`;
      found.set(JSON.stringify([path, message]), { path, message });
    }
    if (found.size >= mostProblems) break;
  }
  return [...found.values()];
}

function problemsOfRun(input: object): RecipeProblem[] {
  const parsed = recipeSchema.safeParse(input);
  // Where the fields stand matters only where there is something to say.
  if (parsed.success && nothing !== undefined && contradictions(parsed.data, nothing).length === 0) return [];
  const root = parseTree(JSON.stringify(input));
  if (root === undefined) return [];
  return parsed.success ? contradictions(parsed.data, root) : recipeProblems(parsed.error.issues, root);
}

const nothing = parseTree('{}');

/** The varied field that a problem is in or above; else the one that brings it alone; else the last. */
function culprit(
  { values, indices }: Combination,
  problem: RecipeProblem,
  check: (values: Combination['values']) => RecipeProblem[],
): { readonly field: string; readonly index: number } {
  const fields = Object.keys(values);
  const place = problem.path.map(String).join('.');
  const isAround = (field: string): boolean =>
    `${place}.`.startsWith(`${field}.`) || `${field}.`.startsWith(`${place}.`);
  const brings = (field: string): boolean =>
    check({ [field]: values[field] }).some(({ message }) => message === problem.message);
  const field = fields.find(isAround) ?? fields.find(brings) ?? fields.at(-1) ?? '';
  return { field, index: indices[fields.indexOf(field)] ?? 0 };
}

/** The name of a field, not its value. */
function atName(root: Node, path: readonly string[]): { at?: Node } {
  const name = findNodeAtLocation(root, [...path])?.parent?.children?.[0];
  return name ? { at: name } : {};
}
