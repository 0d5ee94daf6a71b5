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
          // What they begin from: class-labels, vocab, text, random, file.
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

  it('says of each method’s fields what they are for', () => {
    const commented = (template: string, method: RecipeInput['method']): string =>
      recipeText({ data: { train: 'a.csv', template }, method })
        .split('\n')
        .slice(7, -2)
        .join('\n');
    expect(
      commented('{text}', {
        peft_type: 'PREFIX_TUNING',
        num_virtual_tokens: 8,
        prefix_projection: true,
        encoder_hidden_size: 64,
      }),
    ).toMatchInlineSnapshot(`
      "  "method": {
          "peft_type": "PREFIX_TUNING",
          // More keys and values in every block can hold more, and take longer to train.
          "num_virtual_tokens": 8,
          // A network makes the keys and values while they are trained; they alone are kept.
          "prefix_projection": true,
          // Its width: at least num_virtual_tokens, unless they begin from random numbers.
          "encoder_hidden_size": 64
        }"
    `);
    expect(
      commented('[P×8] {text}', {
        peft_type: 'P_TUNING',
        num_virtual_tokens: 8,
        encoder_reparameterization_type: 'LSTM',
        encoder_hidden_size: 64,
        prompt_tuning_init: 'file',
        prompt_tuning_init_file: 'prompt.npy',
      }),
    ).toMatchInlineSnapshot(`
      "  "method": {
          "peft_type": "P_TUNING",
          // As many as the template places.
          "num_virtual_tokens": 8,
          // The network that makes the virtual tokens while they are trained, MLP or LSTM; they alone are kept.
          "encoder_reparameterization_type": "LSTM",
          // Its width: at least num_virtual_tokens, unless they begin from random numbers.
          "encoder_hidden_size": 64,
          // What they begin from: class-labels, vocab, text, random, file.
          "prompt_tuning_init": "file",
          // The folder of a saved prompt, or an .npy file.
          "prompt_tuning_init_file": "prompt.npy"
        }"
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
