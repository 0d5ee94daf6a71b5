import { describe, expect, it } from 'vitest';
import { rowMarks, type LineChange, type RowMarks } from '../../../src/host/editor/rowMarks.js';
import type { Verdict } from '../../../src/protocol/evaluation.js';

const verdict = (row: number, right: boolean): Verdict => ({
  row,
  expected: 'a',
  predicted: right ? 'a' : 'b',
  right,
  probability: 0.5,
});
const change = (
  [startLine, startCharacter]: [number, number],
  [endLine, endCharacter]: [number, number],
  text: string,
): LineChange => ({ startLine, startCharacter, endLine, endCharacter, text });

/** A row on each of the first five lines; 1 and 3 are wrong. */
function fiveRows(): RowMarks {
  const marks = rowMarks([1, 1, 2, 2, 3, 3, 4, 4, 5, 5], ({ predicted }) => predicted);
  marks.judge(
    0,
    [0, 1, 2, 3, 4].map((row) => verdict(row, row !== 1 && row !== 3)),
  );
  return marks;
}
const signs = (marks: RowMarks): string =>
  marks
    .inLines(0, 100)
    .map(({ first, outcome }) => `${first}${outcome === 'right' ? '+' : '-'}`)
    .join(' ');

describe('marks of rows', () => {
  it('stand where the rows are, with what is known of them', () => {
    const marks = fiveRows();
    expect(signs(marks)).toBe('0+ 1- 2+ 3- 4+');
    expect(marks.inLines(1, 1)).toEqual([{ row: 1, first: 1, last: 1, outcome: 'wrong', text: 'b', probability: 0.5 }]);
    expect(marks.counts()).toEqual({ right: 3, wrong: 2, problems: 0, judged: 5 });
  });

  it('vanish from an edited row at once and come again with its new verdict', () => {
    const marks = fiveRows();
    marks.edit(1, [change([1, 3], [1, 4], 'x')]);
    expect(signs(marks)).toBe('0+ 2+ 3- 4+');
    marks.layout(1, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [0, -1, 2, 3, 4]);
    expect(signs(marks)).toBe('0+ 2+ 3- 4+');
    marks.judge(1, [verdict(1, true)]);
    expect(signs(marks)).toBe('0+ 1+ 2+ 3- 4+');
  });

  it('move with lines that are put in or taken out above them, before the process has read the text', () => {
    const marks = fiveRows();
    marks.edit(1, [change([1, 0], [1, 0], 'new\n')]);
    expect(signs(marks)).toBe('0+ 2- 3+ 4- 5+');
    marks.edit(2, [change([1, 0], [3, 0], '')]);
    expect(signs(marks)).toBe('0+ 1+ 2- 3+');
  });

  it('lose their sign where two rows become one, and where a row is cut in two', () => {
    const joined = fiveRows();
    joined.edit(1, [change([1, 5], [2, 0], '')]);
    expect(signs(joined)).toBe('0+ 2- 3+');
    const cut = fiveRows();
    cut.edit(1, [change([2, 4], [2, 4], '\n')]);
    expect(signs(cut)).toBe('0+ 1- 4- 5+');
  });

  it('follow several changes of one edit, which come from the last to the first', () => {
    const marks = fiveRows();
    marks.edit(1, [change([3, 0], [4, 0], ''), change([0, 0], [0, 0], 'a\nb\n')]);
    expect(signs(marks)).toBe('2+ 3- 4+ 5+');
  });

  it('keep edits that are newer than the layout that comes', () => {
    const marks = fiveRows();
    marks.edit(1, [change([0, 0], [0, 0], 'new\n')]);
    marks.edit(2, [change([3, 0], [3, 1], 'x')]);
    marks.layout(1, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], [-1, 0, 1, 2, 3, 4]);
    expect(signs(marks)).toBe('1+ 2- 4- 5+');
    marks.layout(2, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], [0, 1, 2, -1, 4, 5]);
    expect(signs(marks)).toBe('1+ 2- 4- 5+');
  });

  it('pass over verdicts on the rows of another revision', () => {
    const marks = fiveRows();
    marks.layout(1, [1, 1, 2, 2], [-1, 0]);
    marks.judge(0, [verdict(0, false)]);
    expect(signs(marks)).toBe('1+');
  });

  it('take a row of several lines for one', () => {
    const marks = rowMarks([2, 4, 5, 5], ({ predicted }) => predicted);
    marks.judge(0, [verdict(0, false), verdict(1, true)]);
    expect(marks.inLines(2, 2).map(({ first, last }) => [first, last])).toEqual([[1, 3]]);
    marks.edit(1, [change([2, 0], [2, 1], 'x')]);
    expect(signs(marks)).toBe('4+');
  });

  it('lead to the next wrong row and the one before, around the ends', () => {
    const marks = fiveRows();
    const from = (line: number, direction: 1 | -1): number | undefined => marks.wrongFrom(line, direction)?.row;
    expect([from(0, 1), from(1, 1), from(3, 1), from(90, 1)]).toEqual([1, 3, 1, 1]);
    expect([from(4, -1), from(3, -1), from(1, -1), from(0, -1)]).toEqual([3, 1, 3, 3]);
    marks.forget();
    expect(from(0, 1)).toBeUndefined();
  });

  it('are merged for the ruler where they adjoin, and more where there are too many', () => {
    const lines = Array.from({ length: 2000 }, (_, i) => (i >> 1) + 1);
    const marks = rowMarks(lines, () => '');
    marks.judge(
      0,
      Array.from({ length: 1000 }, (_, row) => verdict(row, row % 4 > 1)),
    );
    expect(marks.wrongRanges(5000, 1000).slice(0, 2)).toEqual([
      [0, 1],
      [4, 5],
    ]);
    expect(marks.wrongRanges(100, 1000).length).toBeLessThanOrEqual(100);
    expect(marks.wrongRanges(100, 1000).at(0)?.[0]).toBe(0);
  });

  it('cost little for 100,000 rows', () => {
    const rows = 100_000;
    const marks = rowMarks(
      Array.from({ length: 2 * rows }, (_, i) => (i >> 1) + 1),
      ({ predicted }) => predicted,
    );
    marks.judge(
      0,
      Array.from({ length: rows }, (_, row) => verdict(row, row % 2 === 0)),
    );
    expect(marks.inLines(50_000, 50_099)).toHaveLength(100);
    expect(marks.wrongRanges(5000, rows).length).toBeLessThanOrEqual(5000);
  });
});
