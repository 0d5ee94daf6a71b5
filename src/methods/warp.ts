import { defined } from '../common/assert.js';
import type { Random } from '../common/random.js';
import type { MethodConfigOf } from '../protocol/recipe.js';
import { direct, withClasses, type Method, type MethodSetting } from './method.js';

/** As prompt tuning draws. */
const uniform = (random: Random): number => random.next() - 0.5;

/**
 * WARP (Hambardzumyan et al. 2021 §3): P virtual tokens [P, hidden] anywhere among the input's embeddings, and for each class a vector
 * [classes, hidden] in place of the output matrix, both trained and kept.
 */
export const warp = (config: MethodConfigOf<'WARP'>, { model, classes }: MethodSetting): Method =>
  withClasses(
    direct('anywhere', config.num_virtual_tokens, model.hiddenSize, uniform),
    defined(classes, 'labels'),
    uniform,
  );
