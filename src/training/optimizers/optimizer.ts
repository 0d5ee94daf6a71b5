import type { TrainingConfig } from '../../protocol/recipe.js';
import { adafactor } from './adafactor.js';
import { adamW } from './adamW.js';
import type { OptimizerFactory } from './optimizerTypes.js';

export const optimizers: { readonly [Name in TrainingConfig['optimizer']]: OptimizerFactory } = {
  adamw: adamW,
  adafactor,
};
