import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The first rows of the sample, as a spreadsheet saves them. */
export async function sampleAsCsv(rows: number): Promise<string> {
  const lines = (await readFile(join('media', 'sample', 'tickets', 'train.jsonl'), 'utf8')).split('\n').slice(0, rows);
  const cells = lines.map((line) => Object.values(JSON.parse(line) as Record<'text' | 'queue', string>));
  return [['text', 'queue'], ...cells]
    .map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`)
    .join('');
}

/** A workspace whose recipe trains in seconds: a dozen steps in each on a quiet machine. One core is left to the editor. */
export async function smallWorkspace(
  maxSteps: number,
  threads = 1,
): Promise<Record<'tickets.csv' | 'tickets.softprompt.json', string>> {
  const recipe = {
    data: { train: 'tickets.csv', template: '{text}\nQueue:', target: '{queue}' },
    method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 4 },
    training: { maxSteps, evalEvery: Math.ceil(maxSteps / 3), batchSize: 8, learningRate: 0.1 },
    threads,
  };
  return { 'tickets.csv': await sampleAsCsv(80), 'tickets.softprompt.json': JSON.stringify(recipe, undefined, 2) };
}
