import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recipeSchema, type Recipe, type RecipeInput } from '../../src/protocol/recipe.js';

interface Ticket {
  readonly text: string;
  readonly queue: string;
}

const tickets = readFileSync('media/sample/tickets/test.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Ticket);
const queues = [...new Set(tickets.map(({ queue }) => queue))].sort();

/** Rows of the sample, each somebody's: `count` of each user, and others for another `part`. */
export function rowsOfUsers(users: readonly string[], count: number, part = 0): object[] {
  const perUser = users.map((user, u) =>
    Array.from({ length: count }, (_, i) => {
      const { text, queue } = tickets[((part * users.length + u) * count + i) % tickets.length] as Ticket;
      return { user, text, queue };
    }),
  );
  // As a log has them: one after the other, whoever they are of.
  return Array.from({ length: count }, (_, i) => perUser.flatMap((rows) => rows[i] ?? [])).flat();
}

export const writeRows = (file: string, rows: readonly object[]): Promise<void> =>
  writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** A recipe in `folder` that trains a prompt for each user of `train.jsonl` in a few steps. */
export function groupedRecipe(
  folder: string,
  change: { training?: object; method?: RecipeInput['method']; data?: object; evaluation?: object } = {},
): { recipe: Recipe; recipeFile: string } {
  const recipe = recipeSchema.parse({
    name: 'users',
    groupBy: 'user',
    data: {
      train: 'train.jsonl',
      template: '{text}\nTopic:',
      target: '{queue}',
      labels: Object.fromEntries(queues.map((queue) => [queue, queue])),
      ...change.data,
    },
    method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4, ...change.method },
    training: { maxSteps: 6, evalEvery: 3, batchSize: 4, learningRate: 0.1, ...change.training },
    ...(change.evaluation && { evaluation: change.evaluation }),
    provider: 'cpu',
    threads: 1,
  });
  return { recipe, recipeFile: join(folder, 'users.softprompt.json') };
}
