import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom, shuffledIndices } from '../../../src/common/random.js';
import { recipeSchema, type Recipe } from '../../../src/protocol/recipe.js';
import { sst2File } from '../prepare.js';

/** A row of somebody's. */
export interface UserRow {
  readonly user: string;
  readonly text: string;
  readonly label: string;
}

/** Test rows of each user. */
export const testRows = 10;

/**
 * Rows of SST-2's training split dealt out to users, by a seed: so many to train on, and ten to test. Every second user likes what the others
 * dislike, so that one prompt for all could be right for half of the rows at best, and a row that is answered with another's prompt shows.
 */
export async function makeUsers(users: number, trainRows: number): Promise<{ train: UserRow[]; test: UserRow[] }> {
  const lines = (await readFile(sst2File('train'), 'utf8')).split('\n').slice(1);
  const whole = lines.flatMap((line) => {
    const [label = '', text = ''] = line.trimEnd().split('\t');
    // Of the phrases that are no sentences, many say nothing.
    return text.split(' ').length >= 6 ? [{ label, text }] : [];
  });
  const order = shuffledIndices(whole.length, seededRandom('users'));
  const deal = (from: number, count: number): UserRow[] =>
    Array.from({ length: users * count }, (_, i) => {
      const { label, text } = whole[order[from + i] ?? 0] ?? { label: '0', text: '' };
      const number = i % users;
      const liked = number % 2 === 0 ? label === '1' : label === '0';
      return {
        user: `u${String(number + 1).padStart(String(users).length, '0')}`,
        text,
        label: liked ? 'good' : 'bad',
      };
    });
  return { train: deal(0, trainRows), test: deal(users * trainRows, testRows) };
}

export const writeRows = (file: string, rows: readonly UserRow[]): Promise<void> =>
  writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** A prompt for each user of `train.jsonl`, by prompt tuning with the bundled model. */
export function usersRecipe(folder: string, train: string, test?: string): { recipe: Recipe; recipeFile: string } {
  const recipe = recipeSchema.parse({
    name: 'users',
    groupBy: 'user',
    data: {
      train,
      ...(test !== undefined && { test }),
      template: 'Review: {text}\nSentiment:',
      target: '{label}',
      labels: { good: 'good', bad: 'bad' },
    },
    method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 8 },
    training: { learningRate: 0.1, maxSteps: 24, evalEvery: 12, batchSize: 8 },
    provider: 'cpu',
    threads: 1,
  });
  return { recipe, recipeFile: join(folder, 'users.softprompt.json') };
}
