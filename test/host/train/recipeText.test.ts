import { applyEdits, modify } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import {
  nameProblem,
  recipePath,
  recipeText,
  usualTraining,
  withDefaults,
} from '../../../src/host/train/recipeText.js';
import { parseRecipe } from '../../../src/protocol/parseRecipe.js';
import type { RecipeInput } from '../../../src/protocol/recipe.js';

const recipe: RecipeInput = {
  name: 'reviews',
  model: 'softprompt-9m',
  data: {
    train: 'data/reviews "new".csv',
    test: 'data/test.csv',
    template: '{text}\nLabel:',
    target: '{label}',
    labels: { '0': 'negative', '1': 'positive' },
  },
  method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 20, prompt_tuning_init: 'class-labels' },
  training: usualTraining(),
  threads: 2,
};

describe('recipeText', () => {
  it('is a small commented file', () => {
    expect(recipeText(recipe)).toMatchInlineSnapshot(`
      "// How a soft prompt is trained. Paths are relative to this file.
      {
        "name": "reviews",
        // The frozen base model: the bundled one, a Hugging Face folder or id, or a .gguf file.
        "model": "softprompt-9m",
        "data": {
          "train": "data/reviews \\"new\\".csv",
          "test": "data/test.csv",
          // What stands before the target: "{text}" is a cell of that column.
          "template": "{text}\\nLabel:",
          "target": "{label}",
          // Each value of the target column, and the words that stand for it.
          "labels": {
            "0": "negative",
            "1": "positive"
          }
        },
        "method": {
          "peft_type": "PROMPT_TUNING",
          // More virtual tokens can hold more, and take longer to train.
          "num_virtual_tokens": 20,
          // What the virtual tokens begin from.
          "prompt_tuning_init": "class-labels"
        },
        "training": {
          "maxSteps": 500,
          // Steps between scores on the dev rows, which choose the best step.
          "evalEvery": 50
        },
        "threads": 2
      }
      "
    `);
  });

  it('is read back as what it was made from', () => {
    expect(parseRecipe(recipeText(recipe), 'a')).toEqual(parseRecipe(JSON.stringify(recipe), 'a'));
  });

  it('keeps its comments when a field is edited', () => {
    const text = recipeText(recipe);
    const edited = applyEdits(text, modify(text, ['training', 'maxSteps'], 50, {}));
    expect(edited).toBe(text.replace('"maxSteps": 500', '"maxSteps": 50'));
    expect(edited.match(/\/\/ /g)).toHaveLength(7);
  });
});

describe('withDefaults', () => {
  it('fills in what a recipe does not say, and nothing else', () => {
    const text = '{ "data": { "train": "a.csv" }, // rows\n "threads": 4 }';
    const filled = withDefaults(text, { provider: 'webgpu', threads: 2 });
    expect(filled).toContain('// rows');
    expect(parseRecipe(filled, 'a')).toMatchObject({ provider: 'webgpu', threads: 4 });
    expect(withDefaults(text, {})).toBe(text);
  });

  it('leaves a text that is no recipe to the parser', () => {
    expect(withDefaults('[', { threads: 2 })).toBe('[');
  });
});

it('names paths from the recipe’s folder, with slashes', () => {
  expect(recipePath('/w/recipes', '/w/recipes/a.csv')).toBe('a.csv');
  expect(recipePath('/w/recipes', '/w/data/a.csv')).toBe('../data/a.csv');
});

it('takes names that the recipe’s own rule takes', () => {
  expect(nameProblem('reviews-2.b_1')).toBeUndefined();
  expect(nameProblem('')).toContain('Letters');
  expect(nameProblem('two words')).toContain('Letters');
  expect(nameProblem('-a')).toContain('Letters');
});
