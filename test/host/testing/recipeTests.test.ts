import { applyEdits } from 'jsonc-parser';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../../../src/protocol/parseRecipe.js';
import { addedTest } from '../../../src/host/testing/addedTest.js';
import { recipeTests } from '../../../src/host/testing/recipeTests.js';

const recipeFile = resolve('folder', 'tickets.softprompt.json');

describe('the tests of a recipe in the explorer', () => {
  it('are its files, each at the place of its first gate', () => {
    const text = `{
  "data": { "train": "a" },
  "tests": [
    { "file": "t.jsonl", "metric": "accuracy", "atLeast": 0.8 }, // as before
    { "file": { "path": "u.csv", "delimiter": ";" }, "metric": "macroF1", "atLeast": 0.7 },
    { "file": "t.jsonl", "metric": "macroF1", "atLeast": 0.6 },
  ]
}`;
    const found = recipeTests(text, recipeFile);
    expect(found?.prompt).toBe('tickets');
    expect(found?.files.map(({ name, source, gates }) => ({ name, source, gates: gates.length }))).toEqual([
      { name: 't.jsonl', source: { path: resolve('folder', 't.jsonl') }, gates: 2 },
      { name: 'u.csv', source: { path: resolve('folder', 'u.csv'), delimiter: ';' }, gates: 1 },
    ]);
    expect(found?.files.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
      '{ "file": "t.jsonl", "metric": "accuracy", "atLeast": 0.8 }',
      '{ "file": { "path": "u.csv", "delimiter": ";" }, "metric": "macroF1", "atLeast": 0.7 }',
    ]);
  });

  it('are none where it names none', () => {
    expect(recipeTests('{ "data": { "train": "a" } }', recipeFile)).toBeUndefined();
    expect(recipeTests('{ "data": { "train": "a" }, "tests": [] }', recipeFile)).toBeUndefined();
    expect(recipeTests('{', recipeFile)).toBeUndefined();
  });

  it('are replaced by what is wrong with it', () => {
    const found = recipeTests('{ "data": {}, "tests": [{ "file": "t", "metric": "accuracy" }] }', recipeFile);
    expect(found).toMatchObject({ prompt: 'tickets', files: [] });
    expect(found?.problem).toContain('data.train: missing');
  });
});

describe('an added test', () => {
  const gate = { metric: 'accuracy', bound: 0.842 } as const;
  const added = (text: string, file = 't.jsonl', of: Parameters<typeof addedTest>[2] = gate) => {
    const { edits, offset, length } = addedTest(text, file, of);
    const after = applyEdits(text, [...edits]);
    return { after, entry: after.slice(offset, offset + length), tests: parseRecipe(after, 'a').tests };
  };

  it('begins the list of a recipe without one, whose comments stay', () => {
    const { after, entry, tests } = added('// mine\n{\n  "data": { "train": "a" } // rows\n}\n');
    expect(after).toContain('// mine');
    expect(after).toContain('// rows');
    expect(entry).toMatch(/^\{\s+"file": "t.jsonl",\s+"metric": "accuracy",\s+"atLeast": 0.842\s+\}$/);
    expect(tests).toEqual([{ file: 't.jsonl', metric: 'accuracy', atLeast: 0.842 }]);
  });

  it('goes behind those that there are, also behind a comma at the end', () => {
    const text =
      '{ "data": { "train": "a" }, "tests": [{ "file": "s", "metric": "accuracy", "atLeast": 0.5 /* low */ },], }';
    const { after, tests } = added(text);
    expect(after).toContain('/* low */');
    expect(tests).toMatchObject([{ file: 's' }, { file: 't.jsonl', atLeast: 0.842 }]);
  });

  it('changes the bound of a test of the same file and metric', () => {
    const text =
      '{ "data": { "train": "a" }, "tests": [{ "file": { "path": "t.jsonl" }, "metric": "accuracy", "atLeast": 0.5 }] }';
    expect(added(text).tests).toEqual([{ file: { path: 't.jsonl' }, metric: 'accuracy', atLeast: 0.842 }]);
    expect(added(text, 't.jsonl', { metric: 'macroF1', bound: 0.8 }).tests).toHaveLength(2);
  });

  it('bounds perplexity from above', () => {
    const { tests } = added('{ "data": { "train": "a" } }', join('t.jsonl'), { metric: 'perplexity', bound: 12.35 });
    expect(tests).toEqual([{ file: 't.jsonl', metric: 'perplexity', atMost: 12.35 }]);
  });
});
