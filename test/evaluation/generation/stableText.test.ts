import { describe, expect, it } from 'vitest';
import { stableText } from '../../../src/evaluation/generation/stableText.js';

/** Tokens are bytes. */
const tokenizer = { decode: (ids: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(ids)) };
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

describe('the text of tokens as they come', () => {
  it('holds back a character until all its bytes are there', () => {
    const ids = bytes('ab€');
    const told = ids.map((_, i) => stableText(tokenizer, ids.slice(0, i + 1), [], false).text);
    expect(told).toEqual(['a', 'ab', 'ab', 'ab', 'ab€']);
  });

  it('tells what is no character once nothing can follow', () => {
    const ids = bytes('a€').slice(0, 3);
    expect(stableText(tokenizer, ids, [], false).text).toBe('a');
    expect(stableText(tokenizer, ids, [], true).text).toBe('a\uFFFD');
  });

  it('ends before the first stop string, and holds back what may become one', () => {
    const stop = ['\n\n', 'END'];
    const text = (written: string) => stableText(tokenizer, bytes(written), stop, false);
    expect(text('one\n')).toEqual({ text: 'one', stopped: false });
    expect(text('one\ntwo E')).toEqual({ text: 'one\ntwo ', stopped: false });
    expect(text('one\n\ntwo END')).toEqual({ text: 'one', stopped: true });
    expect(stableText(tokenizer, bytes('one\n'), stop, true)).toEqual({ text: 'one\n', stopped: false });
  });

  it('has no stop strings without characters', () => {
    expect(stableText(tokenizer, bytes('one'), [''], false)).toEqual({ text: 'one', stopped: false });
  });
});
