import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Work } from '../../src/cli/work.js';
import type { TestedFile, TestRequest } from '../../src/evaluation/promptTests.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { plainPrompt } from '../support/prompts.js';
import { commandLine } from '../support/commandLine.js';

let folder: string;
let asked: TestRequest[];
let abort: AbortController;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-tests-')));
  asked = [];
  abort = new AbortController();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the command line; every test file has these rows and this accuracy. */
function softprompt(argv: string[], accuracy = 0.5) {
  const test: Work['test'] = (request) => {
    asked.push(request);
    abort.signal.throwIfAborted();
    const file: TestedFile = {
      file: { path: join(dirname(request.recipeFile), 'rows.jsonl') },
      gates: [{ metric: 'accuracy', bound: 0.75, value: accuracy, passed: accuracy >= 0.75 }],
      metrics: { n: 2, accuracy },
      wrong: accuracy === 1 ? [] : [{ line: 2, expected: 'billing', predicted: 'post', probability: 0.9 }],
    };
    return Promise.resolve([file]);
  };
  return commandLine(folder, argv, { work: { test }, signal: abort.signal });
}

const gate = { file: 'rows.jsonl', metric: 'accuracy', atLeast: 0.75 };
async function recipe(path: string, tests?: object[]): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), JSON.stringify({ data: { train: 'a.jsonl' }, ...(tests && { tests }) }));
}
const trained = (name: string): Promise<void> => savePrompt(join(folder, '.softprompt', 'prompts', name), plainPrompt);

it('runs the tests of every recipe below the folder that has some, and ends with 0 where all pass', async () => {
  await recipe('a.softprompt.json', [gate]);
  await recipe('deep/er/b.softprompt.json', [gate]);
  await recipe('none.softprompt.json');
  await recipe('.softprompt/prompts/a/c.softprompt.json', [gate]);
  await recipe('node_modules/d/d.softprompt.json', [gate]);
  await trained('a');
  await trained('b');
  const { exitCode, out } = await softprompt(['test'], 1);
  expect(exitCode).toBe(0);
  expect(asked).toMatchObject([
    {
      recipeFile: join(folder, 'a.softprompt.json'),
      promptFolder: join(folder, '.softprompt', 'prompts', 'a'),
      tests: [gate],
    },
    { recipeFile: join(folder, 'deep/er/b.softprompt.json') },
  ]);
  expect(out).toBe(`a.softprompt.json · a
✓ rows.jsonl: accuracy 100.0 %, at least 75.0 % expected (2 rows)

${join('deep', 'er', 'b.softprompt.json')} · b
✓ ${join('deep', 'er', 'rows.jsonl')}: accuracy 100.0 %, at least 75.0 % expected (2 rows)

2 passed, 0 failed
`);
});

it('ends with 1 where a test fails, and shows wrong rows', async () => {
  await recipe('a.softprompt.json', [gate]);
  await trained('a');
  const { exitCode, out } = await softprompt(['test', 'a.softprompt.json']);
  expect(exitCode).toBe(1);
  expect(out).toBe(`a.softprompt.json · a
✗ rows.jsonl: accuracy 50.0 %, at least 75.0 % expected (2 rows)
    rows.jsonl:2  expected billing  predicted post  90 %

0 passed, 1 failed
`);
});

it('gives programs a line for each file, and the counts', async () => {
  await recipe('a.softprompt.json', [gate]);
  await trained('a');
  const { exitCode, out } = await softprompt(['test', '--json']);
  expect(exitCode).toBe(1);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      type: 'test',
      recipe: 'a.softprompt.json',
      prompt: 'a',
      file: { path: join(folder, 'rows.jsonl') },
      gates: [{ metric: 'accuracy', bound: 0.75, value: 0.5, passed: false }],
      metrics: { n: 2, accuracy: 0.5 },
      wrong: [{ line: 2, expected: 'billing', predicted: 'post', probability: 0.9 }],
    },
    { type: 'tests', passed: 0, failed: 1 },
  ]);
});

it('ends with 2 where a prompt is not trained, before any other is tested', async () => {
  await recipe('a.softprompt.json', [gate]);
  await recipe('b.softprompt.json', [gate]);
  await trained('a');
  const { exitCode, err } = await softprompt(['test']);
  expect(exitCode).toBe(2);
  expect(err).toContain('b.softprompt.json: its prompt "b" is not trained yet');
  expect(err).toContain('Train it first: softprompt train b.softprompt.json');
  expect(asked).toEqual([]);
});

it('ends with 2 where there is nothing to test', async () => {
  expect((await softprompt(['test'])).exitCode).toBe(2);
  await recipe('a.softprompt.json');
  const { exitCode, err } = await softprompt(['test', 'a.softprompt.json']);
  expect(exitCode).toBe(2);
  expect(err).toContain('a.softprompt.json: there is no prompt test here.');
});

it('ends with 130 where it is stopped', async () => {
  await recipe('a.softprompt.json', [gate]);
  await trained('a');
  abort.abort();
  expect((await softprompt(['test'])).exitCode).toBe(130);
});
