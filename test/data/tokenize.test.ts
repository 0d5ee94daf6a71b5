import { describe, expect, it } from 'vitest';
import { defaultTargetPrefix, labelsNeedEos, mayExceed, tokenizeExample } from '../../src/data/tokenize.js';
import type { Example } from '../../src/protocol/dataset.js';
import { expectError } from './expectError.js';

/** One token a character, its code. */
const encode = (text: string): number[] => [...text].map((character) => character.codePointAt(0)!);
const example: Example = { input: 'abcd', target: 'x', file: 'f', line: 3 };

describe('tokenizeExample', () => {
  it('joins bos, input, prefix, target and eos', () => {
    expect(tokenizeExample(example, { encode, bos: 1, eos: 2, targetPrefix: ' ', maxLength: 8 })).toEqual({
      inputIds: [1, 97, 98, 99, 100],
      targetIds: [32, 120, 2],
      cutTokens: 0,
    });
  });

  it('cuts the input from the left and keeps bos', () => {
    expect(tokenizeExample(example, { encode, bos: 1, eos: 2, targetPrefix: ' ', maxLength: 6 })).toEqual({
      inputIds: [1, 99, 100],
      targetIds: [32, 120, 2],
      cutTokens: 2,
    });
    expect(tokenizeExample(example, { encode, targetPrefix: '', maxLength: 2 })).toEqual({
      inputIds: [100],
      targetIds: [120],
      cutTokens: 3,
    });
  });

  it('keeps one token of the input, at which the target begins to be predicted', () => {
    expectError(() => tokenizeExample(example, { encode, targetPrefix: '', maxLength: 1 }), 'data.targetTooLong', {
      file: example.file,
      line: example.line,
      tokens: 1,
      maxLength: 1,
    });
  });

  it('refuses a target that does not fit', () => {
    expectError(
      () => tokenizeExample(example, { encode, bos: 1, eos: 2, targetPrefix: ' ', maxLength: 3 }),
      'data.targetTooLong',
      {
        file: 'f',
        line: 3,
        tokens: 3,
        maxLength: 3,
      },
    );
  });
});

describe('mayExceed', () => {
  it('counts UTF-8 bytes', () => {
    expect(mayExceed('aé', 3)).toBe(false);
    expect(mayExceed('aé', 2)).toBe(true);
  });
});

describe('defaultTargetPrefix', () => {
  it.each([
    ['Label:', false, ' '],
    ['Label:', true, ''],
    ['Label: ', false, ''],
    ['Label:\n', false, ''],
  ])('for %j is right', (template, adds, prefix) => {
    expect(defaultTargetPrefix(template, adds)).toBe(prefix);
  });
});

describe('labelsNeedEos', () => {
  it.each([
    [
      [
        [1, 2],
        [1, 3],
      ],
      false,
    ],
    [[[1, 2], [1]], true],
    [
      [
        [1, 2],
        [1, 2, 3],
      ],
      true,
    ],
    [[[2], [1, 2]], false],
  ])('for %j is %s', (ids, needed) => {
    expect(labelsNeedEos(ids)).toBe(needed);
  });
});
