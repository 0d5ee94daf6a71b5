import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultTargetPrefix, labelsNeedEos, mayExceed, tokenCount, tokenizeExample } from '../../src/data/tokenize.js';
import { openTokenizer } from '../../src/models/tokenizer.js';
import { virtualToken, type Example } from '../../src/protocol/dataset.js';
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

describe('tokenizeExample with places of virtual tokens', () => {
  const slotted: Example = {
    ...example,
    slots: [
      { offset: 0, count: 2 },
      { offset: 2, count: 1 },
      { offset: 2, count: 1 },
      { offset: 4, count: 1 },
    ],
  };

  it('numbers the virtual tokens through and puts bos in front of all', () => {
    const { inputIds, targetIds, cutTokens } = tokenizeExample(slotted, {
      encode,
      bos: 1,
      targetPrefix: ' ',
      maxLength: 7,
    });
    expect(inputIds).toEqual([1, -1, -2, 97, 98, -3, -4, 99, 100, -5]);
    expect(inputIds.filter((id) => id < 0)).toEqual([0, 1, 2, 3, 4].map(virtualToken));
    expect(targetIds).toEqual([32, 120]);
    expect(cutTokens).toBe(0);
  });

  it('cuts real tokens from the left and keeps every virtual one', () => {
    const cut = (maxLength: number) => {
      const { inputIds, cutTokens } = tokenizeExample(slotted, { encode, bos: 1, targetPrefix: '', maxLength });
      return { inputIds, cutTokens };
    };
    expect(cut(5)).toEqual({ inputIds: [1, -1, -2, 98, -3, -4, 99, 100, -5], cutTokens: 1 });
    expect(cut(3)).toEqual({ inputIds: [1, -1, -2, -3, -4, 100, -5], cutTokens: 3 });
    expect(cut(2)).toEqual({ inputIds: [1, -1, -2, -3, -4, -5], cutTokens: 4 });
    expect(() => cut(1)).toThrow(expect.objectContaining({ code: 'data.targetTooLong' }));
  });

  it('counts real tokens alone', () => {
    const tokenized = tokenizeExample(slotted, { encode, bos: 1, eos: 2, targetPrefix: ' ', maxLength: 20 });
    expect(tokenCount(tokenized)).toBe('_abcd x_'.length);
  });

  it('encodes the texts between them apart', () => {
    const texts: string[] = [];
    const noted = (text: string): number[] => {
      texts.push(text);
      return encode(text);
    };
    tokenizeExample(slotted, { encode: noted, targetPrefix: ' ', maxLength: 20 });
    expect(texts).toEqual([' x', 'ab', 'cd']);
  });

  const sentence = 'A man sleeps. He is awake.';
  const between: Example = { ...example, input: sentence, slots: [{ offset: 13, count: 3 }] };

  it('gives a word behind virtual tokens one space where the tokenizer adds its own', () => {
    const sentencePiece = (text: string): number[] => encode(`▁${text.replaceAll(' ', '▁')}`);
    const real = (input: Example): number[] =>
      tokenizeExample(input, {
        encode: sentencePiece,
        addsSpace: true,
        targetPrefix: '',
        maxLength: 99,
      }).inputIds.filter((id) => id >= 0);
    expect(real(between)).toEqual(sentencePiece(sentence));
    // A text's own first space stays beside the tokenizer's, as it does without virtual tokens.
    expect(real({ ...between, input: ` ${sentence}`, slots: [{ offset: 14, count: 3 }] })).toEqual(
      sentencePiece(` ${sentence}`),
    );
    expect(real({ ...between, input: 'a  b', slots: [{ offset: 1, count: 1 }] })).toEqual(encode('▁a▁▁b'));
    expect(real({ ...between, input: 'a ', slots: [{ offset: 1, count: 1 }] })).toEqual(encode('▁a'));
  });

  it('leaves the words of byte-level BPE as they are in the whole text', async () => {
    const model = join(resolve(import.meta.dirname, '../..'), 'media/models/softprompt-9m');
    const tokenizer = await openTokenizer(model);
    const bpe = (text: string): number[] => tokenizer.encode(text);
    const { inputIds } = tokenizeExample(between, { encode: bpe, targetPrefix: ' ', maxLength: 99 });
    const first = bpe('A man sleeps.').length;
    expect(inputIds.slice(first, first + 3)).toEqual([-1, -2, -3]);
    expect(inputIds.filter((id) => id >= 0)).toEqual(bpe(sentence));
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
    ['Label: [P×3]', false, ' '],
    ['Label: [P×3] ', false, ''],
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
