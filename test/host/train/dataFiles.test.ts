import { describe, expect, it } from 'vitest';
import { byLikelihood, isInside, mayHoldRows, siblingSplits, storeOf } from '../../../src/host/train/dataFiles.js';
import { isBundled, modelReference } from '../../../src/host/train/modelReference.js';

it('tells data from the files that tools keep, by their names', () => {
  const files = ['a.JSONL', 'b.csv', 'c.tsv', 'rows.json', 'package.json', 'tsconfig.base.json', 'a.softprompt.json'];
  expect(
    [...files, 'config.json', 'model.safetensors.index.json', '.eslintrc.json', 'a.txt'].filter(mayHoldRows),
  ).toEqual(['a.JSONL', 'b.csv', 'c.tsv', 'rows.json']);
  expect(['b.json', 'a10.csv', 'a9.csv'].sort(byLikelihood)).toEqual(['a9.csv', 'a10.csv', 'b.json']);
});

it('finds dev and test rows by the names of the files beside', () => {
  const names = ['train.tsv', 'dev.tsv', 'test.tsv', 'test.csv'];
  expect(siblingSplits('/d/train.tsv', names)).toEqual({ dev: '/d/dev.tsv', test: '/d/test.tsv' });
  expect(siblingSplits('/d/qa_Train_v2.csv', ['qa_validation_v2.csv'])).toEqual({ dev: '/d/qa_validation_v2.csv' });
  expect(siblingSplits('/d/training.jsonl', ['test.jsonl'])).toEqual({ test: '/d/test.jsonl' });
  expect(siblingSplits('/d/constraints.csv', ['contests.csv', 'dev.csv'])).toEqual({});
  expect(siblingSplits('/d/reviews.csv', names)).toEqual({});
});

it('keeps runs in the store nearest above a file, else in the first', () => {
  const stores = ['/a/.softprompt', '/b/.softprompt', '/b/c/.softprompt'];
  expect(storeOf('/b/c/d/x.softprompt.json', stores)).toBe('/b/c/.softprompt');
  expect(storeOf('/b/x.softprompt.json', stores)).toBe('/b/.softprompt');
  expect(storeOf('/extension/media/sample/x.softprompt.json', stores)).toBe('/a/.softprompt');
  expect(storeOf('/b/x', [])).toBeUndefined();
  expect(isInside('/b', '/bc/x')).toBe(false);
});

describe('modelReference', () => {
  const searched = ['/w', '/models'];
  const reference = (name: string, path: string): string =>
    modelReference({ name, path }, { folder: '/w/recipes', searched });

  it('names the bundled model, and no other folder of that name', () => {
    expect(isBundled({ name: 'softprompt-9m', path: '/ext/media/models/softprompt-9m' })).toBe(true);
    expect(reference('softprompt-9m', '/ext/media/models/softprompt-9m')).toBe('softprompt-9m');
    expect(reference('softprompt-9m', '/w/recipes/softprompt-9m')).toBe('./softprompt-9m');
  });

  it('names models of the Hugging Face cache by their ids, so that a recipe works on another machine', () => {
    const path = '/home/me/.cache/huggingface/hub/models--org--tiny/snapshots/abc';
    expect(reference('org/tiny', path)).toBe('org/tiny');
    expect(reference('org/tiny', '/models/models--org--tiny/snapshots/abc')).toBe(
      '/models/models--org--tiny/snapshots/abc',
    );
  });

  it('names models of the same workspace by a relative path, and others by where they are', () => {
    expect(reference('tiny.gguf', '/w/models/tiny.gguf')).toBe('../models/tiny.gguf');
    expect(reference('tiny', '/models/tiny')).toBe('/models/tiny');
    expect(reference('tiny', '/elsewhere/tiny')).toBe('/elsewhere/tiny');
  });
});
