import { expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { seedRecipes, usualSeeds } from '../../src/protocol/seedRecipes.js';

it('five seeds are the same recipe under five names; the bare model is scored with the first alone', () => {
  const recipe = parseRecipe('{ "data": { "train": "a.jsonl" }, "training": { "maxSteps": 7 } }', 'a');
  const made = seedRecipes(recipe, 'a', usualSeeds);
  expect(made.map(({ name }) => name)).toEqual(['a-seed-1', 'a-seed-2', 'a-seed-3', 'a-seed-4', 'a-seed-5']);
  expect(made.map(({ recipe: of }) => [of.name, of.training.seed, of.training.maxSteps, of.baseline])).toEqual(
    [1, 2, 3, 4, 5].map((seed) => [`a-seed-${seed}`, seed, 7, seed === 1]),
  );
});
