import { resolve } from 'node:path';
import type { RecipeInput } from '../../../src/protocol/recipe.js';
import { datasets as swept, models, type ModelName } from '../sweep/grid.js';

/** Five seeds of one recipe on each model and dataset: Lester et al. 2021, table 3 (prompt ensembling). */

const rte = resolve('../shared/data/datasets/rte');
export const datasets = {
  sst2: swept.sst2,
  /** SuperGLUE's RTE in GPT-3's words (Brown et al. 2020, appendix G). */
  rte: {
    train: `${rte}/train.jsonl`,
    test: `${rte}/val.jsonl`,
    template: '{premise}\nQuestion: {hypothesis} True or False?\nAnswer:',
    target: '{label}',
    labels: { entailment: 'True', not_entailment: 'False' },
  },
} as const satisfies Readonly<Record<string, RecipeInput['data']>>;
export type DatasetName = keyof typeof datasets;

export const seeds = [1, 2, 3, 4, 5] as const;

/** The product's own number of steps for the small model, which learns slower and costs little. */
export const steps: Readonly<Record<ModelName, number>> = { bundled: 500, smollm2: 200 };

/** RTE's texts are long, and batches of 16 of them more than an hour for five seeds of the large model on two cores. */
export const batchSize = ({ model, dataset }: Setting): number => (model === 'smollm2' && dataset === 'rte' ? 8 : 16);

export interface Setting {
  readonly model: ModelName;
  readonly dataset: DatasetName;
}
export const settings = (Object.keys(models) as ModelName[]).flatMap((model) =>
  (Object.keys(datasets) as DatasetName[]).map((dataset): Setting => ({ model, dataset })),
);

export const settingKey = ({ model, dataset }: Setting): string => `${model} | ${dataset}`;

/** Prompt tuning as a recipe trains it that says no more; the dev rows, which choose the step and weigh the vote, are held-out training rows. */
export function recipeOf(setting: Setting): RecipeInput {
  const { model, dataset } = setting;
  const { train, template, target, labels } = datasets[dataset];
  return {
    model: models[model],
    data: { train, template, target, labels },
    training: { maxSteps: steps[model], evalEvery: 100, batchSize: batchSize(setting) },
    baseline: false,
    provider: 'cpu',
    threads: 1,
  };
}
