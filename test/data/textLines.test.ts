import { describe, expect, it } from 'vitest';
import { lineIndexAt, textLines } from '../../src/data/textLines.js';

describe('textLines', () => {
  it('breaks at CRLF, LF and a lone CR, and nowhere else', () => {
    const text = 'a\r\nb\u2028c\n\n\rd\r';
    expect(textLines(text).map(({ start, end }) => text.slice(start, end))).toEqual(['a', 'b\u2028c', '', '', 'd', '']);
    expect(textLines('')).toEqual([{ start: 0, end: 0 }]);
  });

  it('finds the line of an offset, its line break included', () => {
    const lines = textLines('ab\r\nc\n');
    expect([0, 2, 3, 4, 5, 6].map((offset) => lineIndexAt(lines, offset))).toEqual([0, 0, 0, 1, 1, 2]);
  });
});
