import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { recipeSchema, type Recipe, type RecipeInput } from '../../src/protocol/recipe.js';

/** A folder of its own that serves as the user's store, cache and queue, as SOFTPROMPT_HOME for this process and those it starts. */
export async function ownHome(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `softprompt-${name}-`));
  process.env.SOFTPROMPT_HOME = join(folder, 'home');
  return folder;
}

/** Short real training of the bundled model on rows of the sample. */
export function shortRecipe(
  training: object = {},
  method: NonNullable<RecipeInput['method']> = { peft_type: 'PROMPT_TUNING' },
  template = '{text}\nTopic:',
): { recipe: Recipe; recipeFile: string; name: string } {
  const recipe = recipeSchema.parse({
    name: 'short',
    data: { train: 'tickets/test.jsonl', devRows: 20, template },
    method: { num_virtual_tokens: 4, ...method },
    training: { maxSteps: 60, evalEvery: 20, batchSize: 8, learningRate: 0.1, ...training },
    provider: 'cpu',
    threads: 2,
  });
  return { recipe, recipeFile: resolve('media/sample/tickets.softprompt.json'), name: 'short' };
}

/** Every method, with a learning rate at which the bundled model learns in a few steps. */
export const everyMethod = {
  'prompt tuning': { method: { peft_type: 'PROMPT_TUNING' }, learningRate: 0.1 },
  'prefix tuning': { method: { peft_type: 'PREFIX_TUNING' }, learningRate: 0.3 },
  'prefix tuning through a projection': {
    method: { peft_type: 'PREFIX_TUNING', prefix_projection: true, encoder_hidden_size: 64 },
    learningRate: 0.003,
  },
  'P-tuning with an MLP': { method: { peft_type: 'P_TUNING', encoder_hidden_size: 64 }, learningRate: 0.003 },
  'P-tuning with an LSTM': {
    method: { peft_type: 'P_TUNING', encoder_reparameterization_type: 'LSTM', encoder_hidden_size: 32 },
    learningRate: 0.03,
  },
} as const satisfies Readonly<Record<string, { method: NonNullable<RecipeInput['method']>; learningRate: number }>>;
