import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEvaluation, rowsRequest } from '../../src/protocol/evaluationMessages.js';
import { cacheFolder } from '../../src/store/storeLocation.js';
import { train } from '../../src/training/run.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';
import { openWindow, type EvaluationWindow } from './evaluationWindow.js';

let home: string;
let prompt: string;
let window: EvaluationWindow;
beforeAll(async () => {
  home = await ownHome('live');
  const { recipe, recipeFile } = shortRecipe({ maxSteps: 20, evalEvery: 20 });
  const trained = await train(
    { recipe, recipeFile, store: join(home, 'store'), cacheFolder: cacheFolder() },
    () => undefined,
    new AbortController().signal,
  );
  prompt = trained.folder;
  window = openWindow();
}, 60_000);
afterAll(async () => {
  window.close();
  await rm(home, { recursive: true });
});

const sample = 'media/sample/tickets/dev.jsonl';

describe('an evaluation', () => {
  it('smoke', async () => {
    const started = await window.connection.sendRequest(startEvaluation, {
      id: 'a', judge: { prompts: [prompt] }, source: { path: sample }, baselines: { none: true, examples: 0 }, store: join(home, 'store'),
    });
    console.log(JSON.stringify(started).slice(0, 300));
    const heard = await window.until('a', ({ finished }) => finished.length > 0);
    console.log(heard.done, heard.total, heard.marks.length, JSON.stringify(heard.finished));
    console.log(JSON.stringify(await window.connection.sendRequest(rowsRequest, { id: 'a', filter: { kind: 'wrong' }, from: 0, count: 2 })));
    console.log(await readFile(join(started.folder ?? '', 'evaluation.json'), 'utf8'));
    console.log((await readFile(join(started.folder ?? '', 'rows.jsonl'), 'utf8')).slice(0, 200));
  });
});
