import type { Recipe, TrainingConfig } from '../protocol/recipe.js';

type Shape = (progress: number) => number;

/** The share of the learning rate after warm-up; progress runs from 0 to 1. As in transformers' `get_*_schedule_with_warmup`. */
const shapes: { readonly [Name in TrainingConfig['schedule']]: Shape } = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
};

/** The learning rate of a step, counted from 1: rising in a line over `warmupSteps`, then falling as the schedule says. */
export function learningRateAt(
  step: number,
  { schedule, warmupSteps, maxSteps }: Pick<TrainingConfig, 'schedule' | 'warmupSteps' | 'maxSteps'>,
  learningRate: number,
): number {
  const done = step - 1;
  if (done < warmupSteps) return (learningRate * (done + 1)) / (warmupSteps + 1);
  return learningRate * shapes[schedule]((done - warmupSteps) / Math.max(1, maxSteps - warmupSteps));
}

type Rates = { readonly [Name in TrainingConfig['optimizer']]: number };

/** What the sweep found to work for AdamW (`test/bench/sweep`); the paper's for Adafactor. */
const direct: { readonly [T in 'PROMPT_TUNING' | 'PREFIX_TUNING' | 'WARP']: Rates } = {
  PROMPT_TUNING: { adamw: 0.03, adafactor: 0.3 },
  PREFIX_TUNING: { adamw: 0.01, adafactor: 0.3 },
  // Not swept: its vectors are of the kind that prompt tuning trains.
  WARP: { adamw: 0.03, adafactor: 0.3 },
};
/** Every number of a network moves many of what it makes. */
const throughNetwork: { readonly [T in 'PREFIX_TUNING' | 'P_TUNING']: Rates } = {
  PREFIX_TUNING: { adamw: 0.001, adafactor: 0.01 },
  P_TUNING: { adamw: 0.003, adafactor: 0.01 },
};

/** The paper's for Adafactor (Lester et al. 2021, §3: a constant 0.001). */
const wholeModel: Rates = { adamw: 0.0003, adafactor: 0.001 };

/** The learning rate where a recipe says nothing. */
export function defaultLearningRate({ method, training }: Pick<Recipe, 'method' | 'training'>): number {
  const { peft_type: type } = method;
  if (type === 'MODEL_TUNING') return wholeModel[training.optimizer];
  if (type === 'P_TUNING') return throughNetwork.P_TUNING[training.optimizer];
  const isProjected = type === 'PREFIX_TUNING' && method.prefix_projection;
  return (isProjected ? throughNetwork.PREFIX_TUNING : direct[type])[training.optimizer];
}
