import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginningWords, continuations, continuedRecipe } from '../../../src/host/views/continuedRecipe.js';
import { parseRecipe } from '../../../src/protocol/parseRecipe.js';
import { promptConfig, type Recipe } from '../../../src/protocol/recipe.js';

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
  variant: 'PROMPT_TUNING' as const,
  name: 'tickets-2',
  from: join(workspace, 'recipes'),
  to: join(workspace, 'recipes'),
};

/** The recipe with another method. */
const trainedBy = (method: object): Recipe =>
  parseRecipe(JSON.stringify({ ...recipe, method: { ...method, num_virtual_tokens: 8 } }), 'a');

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
    expect(method).toMatchObject({ prompt_tuning_init_file: '.softprompt/prompts/tickets' });
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

  it('keeps a method’s network', () => {
    const method = { peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 64 };
    const own = trainedBy({ ...method, prompt_tuning_init: 'random' });
    expect(continuedRecipe({ ...continuation, recipe: own, variant: 'P_TUNING' }).method).toEqual({
      ...method,
      num_virtual_tokens: 8,
      prompt_tuning_init: 'file',
      prompt_tuning_init_file: '../.softprompt/prompts/tickets',
    });
    const projected = trainedBy({ peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 64 });
    expect(continuedRecipe({ ...continuation, recipe: projected, variant: 'PREFIX_PROJECTION' }).method).toMatchObject({
      prefix_projection: true,
      encoder_hidden_size: 64,
    });
  });

  it('goes on where a prefix stands, by whatever network', () => {
    const own = trainedBy({ peft_type: 'PREFIX_TUNING', prefix_attention: ['encoder', 'cross'] });
    for (const variant of ['PREFIX_TUNING', 'PREFIX_PROJECTION'] as const)
      expect(continuedRecipe({ ...continuation, recipe: own, variant }).method).toMatchObject({
        prefix_attention: ['encoder', 'cross'],
      });
  });

  it('goes on as another method with its defaults, its own learning rate and room for the prompt', () => {
    const { method, training } = continuedRecipe({ ...continuation, variant: 'P_TUNING', virtualTokens: 200 });
    expect(method).toEqual({
      peft_type: 'P_TUNING',
      num_virtual_tokens: 200,
      encoder_reparameterization_type: 'MLP',
      encoder_hidden_size: 200,
      prompt_tuning_init: 'file',
      prompt_tuning_init_file: '../.softprompt/prompts/tickets',
    });
    expect(training).toEqual({ maxSteps: 800 });
    expect(continuedRecipe({ ...continuation, variant: 'PREFIX_TUNING' }).method).toEqual({
      peft_type: 'PREFIX_TUNING',
      num_virtual_tokens: 8,
      prompt_tuning_init: 'file',
      prompt_tuning_init_file: '../.softprompt/prompts/tickets',
    });
  });
});

describe('the methods that go on from a prompt', () => {
  it('are all for one in the input, its own first', () => {
    expect(continuations(trainedBy({ peft_type: 'P_TUNING' }))).toEqual([
      'P_TUNING',
      'PROMPT_TUNING',
      'PREFIX_TUNING',
      'PREFIX_PROJECTION',
    ]);
  });

  it('are those of prefixes for a prefix', () => {
    expect(continuations(trainedBy({ peft_type: 'PREFIX_TUNING' }))).toEqual(['PREFIX_TUNING', 'PREFIX_PROJECTION']);
    expect(continuations(trainedBy({ peft_type: 'PREFIX_TUNING', prefix_projection: true }))).toEqual([
      'PREFIX_PROJECTION',
      'PREFIX_TUNING',
    ]);
  });

  it('have vectors in the input where the template places them', () => {
    const placed = {
      ...trainedBy({ peft_type: 'PROMPT_TUNING' }),
      data: { ...recipe.data, template: '[P×20] {text}' },
    };
    expect(continuations(placed)).toEqual(['PROMPT_TUNING', 'P_TUNING']);
  });

  it('make recipes that can be read', () => {
    for (const method of [{ peft_type: 'P_TUNING' }, { peft_type: 'PREFIX_TUNING', prefix_projection: true }]) {
      const saved = trainedBy(method);
      for (const variant of continuations(saved)) {
        const continued = continuedRecipe({ ...continuation, recipe: saved, virtualTokens: 1000, variant });
        parseRecipe(JSON.stringify(continued), 'a');
        expect(beginningWords(variant, promptConfig(saved.method).peft_type)).not.toBe('');
      }
    }
  });
});
