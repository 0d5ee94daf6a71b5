import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { recipeSchema, type Recipe } from '../../src/protocol/recipe.js';

/** A folder of its own that serves as the user's store, cache and queue, as SOFTPROMPT_HOME for this process and those it starts. */
export async function ownHome(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `softprompt-${name}-`));
  process.env.SOFTPROMPT_HOME = join(folder, 'home');
  return folder;
}

/** Short real training of the bundled model on rows of the sample. */
export function shortRecipe(training: object = {}): { recipe: Recipe; recipeFile: string; name: string } {
  const recipe = recipeSchema.parse({
    name: 'short',
    data: { train: 'tickets/test.jsonl', devRows: 20, template: '{text}\nTopic:' },
    method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4 },
    training: { maxSteps: 60, evalEvery: 20, batchSize: 8, learningRate: 0.1, ...training },
    provider: 'cpu',
    threads: 2,
  });
  return { recipe, recipeFile: resolve('media/sample/tickets.softprompt.json'), name: 'short' };
}
