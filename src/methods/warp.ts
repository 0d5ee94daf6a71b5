import { defined } from '../common/assert.js';
import type { MethodConfigOf } from '../protocol/recipe.js';
import { classEmbeddings, direct, type Method, type MethodSetting } from './method.js';

/** As prompt tuning draws. */
const uniform = (random: { next(): number }): number => random.next() - 0.5;

/**
 * WARP (Hambardzumyan et al. 2021 §3): P virtual tokens [P, hidden] anywhere among the input's embeddings, and for each class a vector
 * [classes, hidden] in place of the output matrix, both trained. What is kept is both.
 */
export const warp = (config: MethodConfigOf<'WARP'>, { model, classes }: MethodSetting): Method =>
  withClasses(
    direct('anywhere', config.num_virtual_tokens, model.hiddenSize, uniform),
    defined(classes, 'labels'),
    uniform,
  );

/** A method with vectors for its classes. */
export function withClasses(method: Method, classes: number, draw: typeof uniform = () => 0): Method {
  const own = { name: classEmbeddings, shape: [classes, method.width], draw };
  return { ...method, classes, parameters: [...method.parameters, own] };
}
