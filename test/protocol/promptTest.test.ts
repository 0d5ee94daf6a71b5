import { describe, expect, it } from 'vitest';
import { checkRecipe } from '../../src/protocol/checkRecipe.js';
import { gateResultText, gateText, holdAgainst, suggestedBound, testFiles } from '../../src/protocol/promptTest.js';

const metrics = { n: 8, accuracy: 0.875, macroF1: 0.5 };

describe('a gate', () => {
  it('is passed from its value on', () => {
    expect(holdAgainst({ metric: 'accuracy', bound: 0.875 }, metrics)).toMatchObject({ value: 0.875, passed: true });
    expect(holdAgainst({ metric: 'macroF1', bound: 0.51 }, metrics)).toMatchObject({ value: 0.5, passed: false });
  });

  it('is passed by a perplexity up to its value', () => {
    const gate = { metric: 'perplexity', bound: 12 } as const;
    expect(holdAgainst(gate, { n: 1, perplexity: 12 }).passed).toBe(true);
    expect(holdAgainst(gate, { n: 1, perplexity: 12.1 }).passed).toBe(false);
  });

  it('is not passed by rows that have no such metric', () => {
    const result = holdAgainst({ metric: 'bleu', bound: 0 }, metrics);
    expect(result).toEqual({ metric: 'bleu', bound: 0, passed: false });
    expect(gateResultText(result)).toBe('These rows have no BLEU.');
  });

  it('says what it wants and what it was held against, with digits that tell the two apart', () => {
    expect(gateText({ metric: 'accuracy', bound: 0.85 })).toBe('accuracy ≥ 85.0 %');
    expect(gateText({ metric: 'perplexity', bound: 12 })).toBe('perplexity ≤ 12.00');
    expect(gateResultText({ metric: 'accuracy', bound: 0.85, value: 0.842, passed: false })).toBe(
      'accuracy 84.2 %, at least 85.0 % expected',
    );
    expect(gateResultText({ metric: 'accuracy', bound: 0.85, value: 0.8498, passed: false })).toBe(
      'accuracy 84.98 %, at least 85.00 % expected',
    );
    expect(gateResultText({ metric: 'perplexity', bound: 12, value: 12.34, passed: false })).toBe(
      'perplexity 12.34, at most 12.00 expected',
    );
  });

  it('is suggested so that the score just passes it', () => {
    expect(suggestedBound('accuracy', 0.84267)).toBe(0.842);
    expect(suggestedBound('accuracy', 0.29)).toBe(0.29);
    expect(suggestedBound('perplexity', 12.3411)).toBe(12.35);
    expect(suggestedBound('bleu', 0.31279)).toBe(0.312);
  });
});

describe('the tests of a recipe', () => {
  const withTest = (test: string): string => `{ "data": { "train": "a" }, "tests": [${test}] }`;
  const problems = (test: string): unknown[] => {
    const text = withTest(test);
    const checked = checkRecipe(text);
    if ('recipe' in checked) throw new Error('the recipe was accepted');
    return checked.problems.map(({ offset, length, message }) => [text.slice(offset, offset + length), message]);
  };

  it('have the metric of the recipe’s preset where they name none', () => {
    const checked = checkRecipe(
      '{ "data": { "train": "a", "preset": "squad" }, "tests": [{ "file": "t.json", "atLeast": 0.8 }] }',
    );
    if ('problems' in checked) throw new Error('the recipe was refused');
    expect(testFiles(checked.recipe.tests ?? [])).toEqual([
      { file: 't.json', index: 0, gates: [{ metric: 'exactMatch', bound: 0.8 }] },
    ]);
    const bare = '{ "file": "t.json", "atLeast": 0.8 }';
    expect(problems(bare)).toEqual([[bare, 'a test needs "metric", or a preset in "data", which has one']]);
  });

  it('go together by file', () => {
    const checked = checkRecipe(
      withTest(
        `{ "file": "t.jsonl", "metric": "accuracy", "atLeast": 0.8 },
         { "file": { "path": "u.csv", "delimiter": ";" }, "metric": "accuracy", "atLeast": 0.7 },
         { "file": "t.jsonl", "metric": "macroF1", "atLeast": 0.6 }`,
      ),
    );
    if ('problems' in checked) throw new Error('the recipe was refused');
    expect(testFiles(checked.recipe.tests ?? [])).toEqual([
      {
        file: 't.jsonl',
        index: 0,
        gates: [
          { metric: 'accuracy', bound: 0.8 },
          { metric: 'macroF1', bound: 0.6 },
        ],
      },
      { file: { path: 'u.csv', delimiter: ';' }, index: 1, gates: [{ metric: 'accuracy', bound: 0.7 }] },
    ]);
  });

  it('need the bound of their metric, and no other', () => {
    expect(problems('{ "file": "t", "metric": "accuracy" }')).toEqual([
      ['"accuracy"', 'a test of accuracy also needs "atLeast", which is missing'],
    ]);
    expect(problems('{ "file": "t", "metric": "perplexity", "atLeast": 3 }')).toEqual([
      ['3', 'perplexity is bounded by "atMost", not by "atLeast"'],
    ]);
    expect(problems('{ "file": "t", "metric": "accuracy", "atLeast": 0.5, "atMost": 1 }')).toEqual([
      ['1', 'accuracy is bounded by "atLeast", not by "atMost"'],
    ]);
  });

  it('ask for nothing that no prompt can reach', () => {
    expect(problems('{ "file": "t", "metric": "accuracy", "atLeast": 85 }')).toEqual([
      ['85', 'accuracy lies between 0 and 1: 85 can never be reached; 85 % is 0.85'],
    ]);
    expect(problems('{ "file": "t", "metric": "chrf", "atLeast": 1.01 }')).toEqual([
      ['1.01', 'chrf lies between 0 and 1: 1.01 can never be reached; 85 % is 0.85'],
    ]);
  });

  it('have fields that are known, and metrics that there are', () => {
    expect(problems('{ "fiel": "t", "file": "t", "metric": "accuracy", "atLeast": 0.5 }')).toEqual([
      ['"fiel"', 'there is no such field; did you mean "file"?'],
    ]);
    expect(problems('{ "file": "t", "metric": "F1", "atLeast": 0.5 }')[0]).toMatchObject([
      '"F1"',
      expect.stringContaining('expected one of "accuracy"'),
    ]);
  });
});
