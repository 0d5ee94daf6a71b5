import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { continuedRecipe } from '../../../src/host/views/continuedRecipe.js';
import { parseRecipe } from '../../../src/protocol/parseRecipe.js';

const workspace = resolve('/work');
const recipe = parseRecipe(
  JSON.stringify({
    $schema: '../recipe.schema.json',
    name: 'tickets',
    model: '../models/tiny',
    data: { train: 'train.jsonl', dev: { path: 'dev.csv', header: false }, template: '{text}', labels: { a: 'b' } },
    method: {
      peft_type: 'PROMPT_TUNING',
      num_virtual_tokens: 8,
      prompt_tuning_init: 'TEXT',
      prompt_tuning_init_text: 'x',
    },
    training: { maxSteps: 800, learningRate: 0.1 },
    threads: 2,
  }),
  'tickets.softprompt.json',
);
const continuation = {
  recipe,
  promptFolder: join(workspace, '.softprompt', 'prompts', 'tickets'),
  virtualTokens: 8,
  name: 'tickets-2',
  from: join(workspace, 'recipes'),
  to: join(workspace, 'recipes'),
};

describe('continuedRecipe', () => {
  it('begins with the prompt’s vectors, keeps what was chosen and leaves out what is default', () => {
    const continued = continuedRecipe(continuation);
    expect(JSON.parse(JSON.stringify(continued))).toEqual({
      name: 'tickets-2',
      model: '../models/tiny',
      data: { train: 'train.jsonl', dev: { path: 'dev.csv', header: false }, template: '{text}', labels: { a: 'b' } },
      method: {
        peft_type: 'PROMPT_TUNING',
        num_virtual_tokens: 8,
        prompt_tuning_init: 'file',
        prompt_tuning_init_file: '../.softprompt/prompts/tickets',
      },
      training: { maxSteps: 800, learningRate: 0.1 },
      threads: 2,
    });
    const { training, data } = parseRecipe(JSON.stringify(continued), 'tickets-2.softprompt.json');
    expect({ training, data }).toEqual({ training: recipe.training, data: recipe.data });
  });

  it('finds the same files from another folder', () => {
    const { data, method } = continuedRecipe({ ...continuation, to: workspace });
    expect(data).toMatchObject({ train: 'recipes/train.jsonl', dev: { path: 'recipes/dev.csv', header: false } });
    expect(method?.prompt_tuning_init_file).toBe('.softprompt/prompts/tickets');
  });

  it('finds the same model from another folder', () => {
    const product = join(import.meta.dirname, '../../..');
    const model = '../models/softprompt-9m';
    const from = join(product, 'media', 'sample');
    expect(continuedRecipe({ ...continuation, recipe: { ...recipe, model }, from, to: product }).model).toBe(
      'media/models/softprompt-9m',
    );
  });

  it('leaves names of models as they are', () => {
    for (const model of ['softprompt-9m', 'org/model', resolve('/models/x.gguf')]) {
      expect(continuedRecipe({ ...continuation, recipe: { ...recipe, model }, to: workspace }).model).toBe(model);
    }
  });
});
