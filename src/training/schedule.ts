import type { PeftType, Recipe, TrainingConfig } from '../protocol/recipe.js';

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

/** What the sweeps found to work where a recipe says nothing (`test/bench/sweeps`). */
const learningRates: { readonly [T in PeftType]: { readonly [Name in TrainingConfig['optimizer']]: number } } = {
  PROMPT_TUNING: { adamw: 0.01, adafactor: 0.3 },
  PREFIX_TUNING: { adamw: 0.01, adafactor: 0.3 },
  P_TUNING: { adamw: 0.001, adafactor: 0.03 },
};

export const defaultLearningRate = ({ method, training }: Pick<Recipe, 'method' | 'training'>): number =>
  learningRates[method.peft_type][training.optimizer];
