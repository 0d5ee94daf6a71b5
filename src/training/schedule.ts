import type { TrainingConfig } from '../protocol/recipe.js';

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

/** What the sweeps found to work where a recipe says nothing. */
export const defaultLearningRate: { readonly [Name in TrainingConfig['optimizer']]: number } = {
  adamw: 0.01,
  adafactor: 0.3,
};
