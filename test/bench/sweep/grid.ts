import { resolve } from 'node:path';
import type { DatasetSource } from '../../../src/protocol/dataset.js';
import type { PromptConfig, RecipeInput } from '../../../src/protocol/recipe.js';

/** What the sweep tries: which learning rates and beginnings work, and what the defaults then score. */

const shared = resolve('../shared/data');

export const models = {
  bundled: 'softprompt-9m',
  smollm2: `${shared}/models/smollm2-135m-instruct`,
} as const;
export type ModelName = keyof typeof models;

/** The label, a space, and the rest of the line. */
const trec = (name: string): DatasetSource => ({
  path: `${shared}/datasets/trec/${name}`,
  format: 'csv',
  encoding: 'latin1',
  delimiter: ' ',
  quote: '',
  header: false,
  columns: ['label', 'question'],
});
export const datasets = {
  sst2: {
    train: `${shared}/datasets/sst2/train.tsv`,
    // Its header names the column otherwise.
    test: { path: `${shared}/datasets/sst2/dev.tsv`, header: true, columns: ['label', 'sentence'] },
    template: 'Review: {sentence}\nSentiment:',
    target: '{label}',
    labels: { '0': 'negative', '1': 'positive' },
  },
  trec: {
    train: trec('TREC.train.all'),
    test: trec('TREC.test.all'),
    template: 'Question: {question}\nType:',
    target: '{label}',
    labels: {
      '0': 'description',
      '1': 'entity',
      '2': 'abbreviation',
      '3': 'person',
      '4': 'location',
      '5': 'number',
    },
  },
} as const satisfies Readonly<Record<string, RecipeInput['data']>>;
export type DatasetName = keyof typeof datasets;

type Variant = NonNullable<RecipeInput['method']>;
const promptTuning = { peft_type: 'PROMPT_TUNING' } as const;
const prefix = { peft_type: 'PREFIX_TUNING' } as const;
const projection = { peft_type: 'PREFIX_TUNING', prefix_projection: true } as const;
const mlp = { peft_type: 'P_TUNING', encoder_reparameterization_type: 'MLP' } as const;
const lstm = { peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM' } as const;
export const variants = {
  'prompt tuning': promptTuning,
  'prefix tuning': prefix,
  'prefix tuning, projection': projection,
  'P-tuning, MLP': mlp,
  'P-tuning, LSTM': lstm,
} as const satisfies Readonly<Record<string, Variant>>;
export type VariantName = keyof typeof variants;

type Initialisation = PromptConfig['prompt_tuning_init'];
const text = 'Classify the text.';

/** One training. */
export interface Trial {
  readonly purpose: 'rates' | 'defaults';
  readonly model: ModelName;
  readonly dataset: DatasetName;
  readonly variant: VariantName;
  /** The defaults where absent. */
  readonly init?: Initialisation;
  readonly learningRate?: number;
  readonly seed: number;
}

/** The product's own number of steps for the small model, which learns slower and costs little. */
const stepsOf = ({ purpose, model }: Trial): number => (purpose === 'defaults' && model === 'bundled' ? 500 : 200);

const direct = [0.003, 0.01, 0.03, 0.1, 0.3];
const throughNetwork = [0.0003, 0.001, 0.003, 0.01];
const tried: Readonly<Record<VariantName, { readonly rates: readonly number[]; readonly inits: Initialisation[] }>> = {
  'prompt tuning': { rates: direct, inits: ['class-labels', 'vocab', 'text', 'random'] },
  'prefix tuning': { rates: direct, inits: ['activations', 'random'] },
  'prefix tuning, projection': { rates: throughNetwork, inits: ['activations', 'random'] },
  'P-tuning, MLP': { rates: throughNetwork, inits: ['class-labels', 'random'] },
  'P-tuning, LSTM': { rates: throughNetwork, inits: ['class-labels', 'random'] },
};
/** On the larger model the rates that promise most, for what a recipe trains that names no more than a method. */
const triedOnSmolLm2: readonly { variant: VariantName; init: Initialisation; rates: readonly number[] }[] = [
  { variant: 'prompt tuning', init: 'class-labels', rates: [0.01, 0.03] },
  { variant: 'prefix tuning', init: 'activations', rates: [0.01, 0.03] },
  { variant: 'P-tuning, MLP', init: 'class-labels', rates: [0.001, 0.003] },
];

const variantNames = Object.keys(variants) as VariantName[];
const datasetNames = Object.keys(datasets) as DatasetName[];

const rates = (): Trial[] => [
  ...variantNames.flatMap((variant) =>
    tried[variant].inits.flatMap((init) =>
      tried[variant].rates.flatMap((learningRate) =>
        datasetNames.map((dataset): Trial => ({
          purpose: 'rates',
          model: 'bundled',
          dataset,
          variant,
          init,
          learningRate,
          seed: 0,
        })),
      ),
    ),
  ),
  ...triedOnSmolLm2.flatMap(({ variant, init, rates: some }) =>
    some.map((learningRate): Trial => ({
      purpose: 'rates',
      model: 'smollm2',
      dataset: 'sst2',
      variant,
      init,
      learningRate,
      seed: 0,
    })),
  ),
];

/** What a recipe trains that names no more than a method. */
const byDefault: readonly VariantName[] = ['prompt tuning', 'prefix tuning', 'P-tuning, MLP'];
const defaults = (): Trial[] =>
  (Object.keys(models) as ModelName[]).flatMap((model) =>
    datasetNames.flatMap((dataset) =>
      byDefault.flatMap((variant) =>
        [0, 1, 2].map((seed): Trial => ({ purpose: 'defaults', model, dataset, variant, seed })),
      ),
    ),
  );

export const trialsOf: Readonly<Record<Trial['purpose'], () => Trial[]>> = { rates, defaults };

/** The same for the same trial, whatever else is tried. */
export const trialKey = ({ purpose, model, dataset, variant, init, learningRate, seed }: Trial): string =>
  [purpose, model, dataset, variant, init ?? 'default', learningRate ?? 'default', seed].join(' | ');

/** Rates are told apart on held-out training rows alone; what the defaults score is told on test rows, and beside the bare template. */
export function recipeOf(trial: Trial): RecipeInput {
  const { purpose, model, dataset, variant, init, learningRate, seed } = trial;
  const { test, ...data } = datasets[dataset];
  const isFinal = purpose === 'defaults';
  return {
    name: 'sweep',
    model: models[model],
    data: { ...data, ...(isFinal && { test }), devRows: 200 },
    method: {
      ...variants[variant],
      ...(init && { prompt_tuning_init: init }),
      ...(init === 'text' && { prompt_tuning_init_text: text }),
    } as Variant,
    training: { maxSteps: stepsOf(trial), evalEvery: 100, seed, ...(learningRate && { learningRate }) },
    // The bare template scores the same whatever is trained.
    baseline: isFinal && variant === 'prompt tuning' && seed === 0,
    provider: 'cpu',
    threads: 1,
  };
}
