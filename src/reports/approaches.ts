import * as l10n from '@vscode/l10n';
import type { MetricName } from '../protocol/events.js';
import { encoderName, isBetter, methodName, wholeNumber } from '../protocol/numbers.js';
import { trainsPrompt, type Recipe } from '../protocol/recipe.js';
import { splitScore } from '../protocol/splitScore.js';
import type { RunReport } from './content.js';

/** One way to have a model do a task, and what it came to: every run of it that differs in nothing but its seed. */
export interface Approach {
  readonly label: string;
  /** Numbers that are trained; 0 where nothing is. */
  readonly trainable: number;
  /** One for each run, in their order. */
  readonly scores: readonly number[];
  readonly mean: number;
}

/** What runs of one model and task on the same rows came to: without a prompt, by prompt design, by prompts, by training the model. */
export interface Comparison {
  readonly model: string;
  readonly modelParameters: number;
  readonly split: 'dev' | 'test';
  /** As the recipe names them. */
  readonly file: string;
  readonly rows: number;
  readonly metric: MetricName;
  /** By how much is trained, the least first. */
  readonly approaches: readonly Approach[];
}

interface Scored {
  readonly run: RunReport;
  readonly told: NonNullable<RunReport['told']['start']>;
  readonly split: 'dev' | 'test';
  readonly metric: MetricName;
  readonly value: number;
  readonly rows: number;
}

/** One for each model, task and file of rows on which at least two approaches were scored. */
export function comparisons(runs: readonly RunReport[]): Comparison[] {
  const groups = new Map<string, Scored[]>();
  for (const run of runs) {
    const scored = run.state === 'finished' ? scoreOf(run) : undefined;
    if (!scored) continue;
    const { template, target, preset } = run.recipe.data;
    const about = [scored.told.model, fileOf(scored), scored.rows, scored.metric, template, target, preset];
    const key = JSON.stringify(about);
    groups.set(key, [...(groups.get(key) ?? []), scored]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const approaches = [...untrained(group), ...trained(group)].sort((a, b) => a.trainable - b.trainable);
    const { told, split, metric, rows } = first;
    const { model, modelParameters } = told;
    return group.length < 2 || approaches.length < 2
      ? []
      : [{ model, modelParameters, split, file: fileOf(first), rows, metric, approaches }];
  });
}

/** On test, or on dev where there is none. */
function scoreOf(run: RunReport): Scored | undefined {
  const { start, evaluations } = run.told;
  for (const split of ['test', 'dev'] as const) {
    const score = splitScore(evaluations, split);
    if (start && score) {
      const { metric, value, metrics } = score.prompt;
      return { run, told: start, split, metric, value, rows: metrics.n };
    }
  }
  return undefined;
}

/** Of a held-out dev split the file is the training rows'. */
const fileOf = ({ run, split }: Pick<Scored, 'run' | 'split'>): string =>
  run.data.find((file) => file.split === split)?.path ?? split;

/** The bare model and prompt designs score the same in every run. */
function untrained(group: readonly Scored[]): Approach[] {
  const found = new Map<string, number>();
  for (const { run, split, metric } of group) {
    const bare = splitScore(run.told.evaluations, split)?.baseline;
    if (bare?.metric === metric) found.set(l10n.t('no prompt'), bare.value);
    const { instruction } = run.recipe.evaluation ?? {};
    for (const design of run.told.designs) {
      if (design.split !== split || design.metric !== metric) continue;
      const words =
        instruction === undefined
          ? l10n.t('prompt design, {count} examples', { count: wholeNumber(design.examples) })
          : l10n.t('prompt design, instruction and {count} examples', { count: wholeNumber(design.examples) });
      const other = found.get(words);
      // The choice of examples follows the seed: of several the best is told, which favours prompt design.
      if (other === undefined || isBetter(metric, design.value, other)) found.set(words, design.value);
    }
  }
  return [...found].map(([label, value]) => ({ label, trainable: 0, scores: [value], mean: value }));
}

function trained(group: readonly Scored[]): Approach[] {
  const alike = new Map<string, Scored[]>();
  for (const scored of group) {
    const key = JSON.stringify(withoutSeed(scored.run.recipe));
    alike.set(key, [...(alike.get(key) ?? []), scored]);
  }
  const sets = [...alike.values()].flatMap((of) => (of[0] ? [{ of, first: of[0], label: labelOf(of[0]) }] : []));
  return sets.map(({ of, first, label }) => {
    const isTaken = sets.filter((other) => other.label === label).length > 1;
    const scores = of.map(({ value }) => value);
    return {
      label: isTaken ? `${label} (${first.run.name})` : label,
      trainable: first.told.trainable,
      scores,
      mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    };
  });
}

/** What makes a run another one than its seed, its name and what it was compared with. */
function withoutSeed(recipe: Recipe): unknown {
  const { training } = recipe;
  const none = { name: undefined, baseline: undefined, sweep: undefined, tests: undefined, threads: undefined };
  return { ...recipe, ...none, training: { ...training, seed: undefined } };
}

function labelOf({ run }: Scored): string {
  const { method } = run.recipe;
  const name = [methodName(method.peft_type), encoderName(method)].filter((part) => part !== undefined).join(', ');
  return trainsPrompt(method) ? `${name}, P=${wholeNumber(method.num_virtual_tokens)}` : name;
}
