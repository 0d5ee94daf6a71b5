import { describe, expect, it } from 'vitest';
import { clipped, columnLines, displayWidth, openDisplay, padded, screenOf, styled } from '../../src/cli/terminal.js';
import { quoted } from '../../src/protocol/quoted.js';

describe('a terminal', () => {
  it('is drawn on in place, with one line of status below the lines', () => {
    let text = '';
    let nowMs = 0;
    const display = openDisplay({ write: (piece) => (text += piece), isTTY: true, columns: 40 }, () => nowMs);
    display.print([], 'step 1');
    nowMs = 20;
    display.print([], 'step 2, too soon to be drawn');
    nowMs = 60;
    display.print(['a line'], 'step 3');
    display.close();
    display.close();
    expect(text).toBe('step 1\r\u001b[2Ka line\nstep 3\r\u001b[2K');
  });

  it('gets lines alone where it is a file or a pipe', () => {
    let text = '';
    const display = openDisplay({ write: (piece) => (text += piece) });
    display.print([], 'step 1');
    display.print(['a', 'b'], 'step 2');
    display.close();
    expect(text).toBe('a\nb\n');
    expect(screenOf({ write: () => true })).toEqual({ columns: Infinity, colour: false, live: false });
  });

  it('is coloured only where it has colours', () => {
    const screen = screenOf({ write: () => true, isTTY: true, columns: 60, hasColors: () => true });
    expect(screen).toEqual({ columns: 60, colour: true, live: true });
    expect(styled(screen, 'red', 'x')).toBe('\u001b[31mx\u001b[0m');
    expect(styled({ colour: false }, 'red', 'x')).toBe('x');
  });
});

describe('text in columns', () => {
  it('counts wide characters as two and combining marks as none', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('工单')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('👍')).toBe(2);
    expect(displayWidth('한국')).toBe(4);
  });

  it('is filled, cut and lined up by width', () => {
    expect(padded('工', 4)).toBe('工  ');
    expect(clipped('abcdef', 6)).toBe('abcdef');
    expect(clipped('abcdefg', 6)).toBe('abcde…');
    expect(clipped('工单工单', 6)).toBe('工单…');
    expect(
      columnLines([
        ['a', '工单', 'x'],
        ['bbb', 'c', ''],
      ]),
    ).toEqual(['a    工单  x', 'bbb  c']);
  });

  it('shows a token’s spaces and lets nothing in it command the terminal', () => {
    expect(quoted(' billing')).toBe('" billing"');
    expect(quoted('\n\t')).toBe('"\\n\\t"');
    expect(quoted('\u001b[2J\u202e')).toBe('"\\u{1b}[2J\\u{202e}"');
    expect(quoted('"\\')).toBe('""\\"');
  });
});
