import { describe, expect, it } from 'vitest';
import { checkRecipe } from '../../src/protocol/checkRecipe.js';

/** The marked texts and their messages. */
function marks(text: string): unknown[] {
  const checked = checkRecipe(text);
  if ('recipe' in checked) throw new Error('the recipe was accepted');
  return checked.problems.map(({ offset, length, message, nearest, bySchema }) => {
    return { marked: text.slice(offset, offset + length), message, nearest, bySchema };
  });
}

describe('checkRecipe', () => {
  it('gives back a recipe that has no problems', () => {
    expect(checkRecipe('{ "data": { "train": "a" } }')).toMatchObject({ recipe: { data: { train: 'a' } } });
  });

  it('marks values, names and what is missing', () => {
    expect(marks('{ "data": { "train": 3, "tets": "b" }, "threads": 0 }')).toMatchObject([
      { marked: '3', bySchema: true },
      { marked: '"tets"', nearest: 'test', bySchema: true },
      { marked: '0', message: 'found 0; expected a number ≥ 1' },
    ]);
    expect(marks('{ "data": { } }')).toMatchObject([{ marked: '{ }' }]);
    expect(marks('{ "data": { "train": "a", "train": "b" } }')).toMatchObject([{ marked: '"train"', bySchema: true }]);
  });

  it('tells what no schema sees apart', () => {
    expect(marks('{ "data": { "train": "a" }, "training": { "warmupSteps": 11, "maxSteps": 10 } }')).toMatchObject([
      { marked: '11', bySchema: false },
    ]);
  });

  it('marks where the syntax breaks', () => {
    expect(marks('{ "data" 3 }')).toMatchObject([{ marked: '3', message: 'expected a colon' }]);
    expect(marks('')).toMatchObject([{ marked: '', bySchema: true }]);
  });
});
