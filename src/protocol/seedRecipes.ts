import { SoftpromptError } from '../errors/softpromptError.js';
import { trainsPrompt, type Recipe } from './recipe.js';

/** How many seeds an ensemble is made of where nobody says otherwise (Lester et al. 2021 §6). */
export const usualSeeds = [1, 2, 3, 4, 5] as const;

export const seedName = (name: string, seed: number): string => `${name.slice(0, 90)}-seed-${seed}`;
export const seedsName = (name: string): string => `${name.slice(0, 90)}-seeds`;

/**
 * The same recipe with several seeds, each with a name of its own. The bare model is scored once: it scores the same for all.
 * Throws `recipe.noPrompt` where the recipe makes no prompt.
 */
export function seedRecipes(
  recipe: Recipe,
  name: string,
  seeds: readonly number[],
): { readonly name: string; readonly recipe: Recipe }[] {
  if (!trainsPrompt(recipe.method)) throw new SoftpromptError('recipe.noPrompt', { method: recipe.method.peft_type });
  return seeds.map((seed, i) => ({
    name: seedName(name, seed),
    recipe: {
      ...recipe,
      name: seedName(name, seed),
      training: { ...recipe.training, seed },
      baseline: recipe.baseline && i === 0,
    },
  }));
}
