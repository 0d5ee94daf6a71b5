import { describe, expect, it } from 'vitest';
import type { ResultsRow } from '../../../src/protocol/resultsMessages.js';
import { pageSize, rowPages } from '../../../webview/results/rowPages.js';
import { rowAfterKey, rowWindow, scrollTo, tallest } from '../../../webview/results/rowWindow.js';

describe('the window of a long table', () => {
  it('has the rows that are seen and some beyond', () => {
    expect(rowWindow({ scrollTop: 0, height: 240 }, 1000, 24)).toEqual({ first: 0, end: 20, top: 0, height: 24_000 });
    expect(rowWindow({ scrollTop: 2400, height: 240 }, 1000, 24)).toEqual({
      first: 90,
      end: 120,
      top: 2160,
      height: 24_000,
    });
    expect(rowWindow({ scrollTop: 0, height: 240 }, 3, 24)).toEqual({ first: 0, end: 3, top: 0, height: 72 });
    expect(rowWindow({ scrollTop: 0, height: 240 }, 0, 24)).toEqual({ first: 0, end: 0, top: 0, height: 0 });
  });

  it('reaches the last of more rows than a browser can draw', () => {
    const rows = 2_000_000;
    const bottom = { scrollTop: tallest - 240, height: 240 };
    const { first, end, top, height } = rowWindow(bottom, rows, 24);
    expect([end, height]).toEqual([rows, tallest]);
    expect(top + (end - first) * 24).toBeCloseTo(tallest, 3);
  });

  it('scrolls no further than a row needs', () => {
    const viewport = { scrollTop: 240, height: 240 };
    expect(scrollTo(12, viewport, 1000, 24)).toBe(240);
    expect(scrollTo(2, viewport, 1000, 24)).toBe(48);
    expect(scrollTo(30, viewport, 1000, 24)).toBe(31 * 24 - 240);
    const far = scrollTo(1_999_999, viewport, 2_000_000, 24);
    expect(rowWindow({ scrollTop: far, height: 240 }, 2_000_000, 24).end).toBe(2_000_000);
  });

  it('moves by keys and stays within the rows', () => {
    const after = (key: string, row: number): number | undefined => rowAfterKey(key, row, 100, 10);
    expect(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => after(key, 50))).toEqual([
      51, 49, 59, 41, 0, 99,
    ]);
    expect([after('ArrowUp', 0), after('PageDown', 99), after('a', 5)]).toEqual([0, 99, undefined]);
  });
});

describe('pages of rows', () => {
  const rows = (count: number, from: number): ResultsRow[] =>
    Array.from({ length: count }, (_, i) => ({ row: from + i }) as ResultsRow);

  it('are asked for once, and again when their rows may be others', () => {
    const asked: [number, number][] = [];
    const pages = rowPages((ask, _filter, from) => asked.push([ask, from]));
    pages.refresh({ kind: 'all' }, 1000);
    pages.want(90, 110);
    pages.want(90, 110);
    expect(asked).toEqual([
      [1, 0],
      [2, pageSize],
    ]);
    pages.receive(1, 1000, rows(100, 0));
    pages.receive(2, 1000, rows(100, 100));
    expect([pages.row(99)?.row, pages.row(100)?.row, pages.row(300)]).toEqual([99, 100, undefined]);
    pages.refresh({ kind: 'all' }, 1000);
    pages.want(0, 10);
    expect(asked.at(-1)).toEqual([3, 0]);
    expect(pages.row(5)?.row).toBe(5);
  });

  it('come however long they take, and are asked for again where they may be others by then', () => {
    const asked: [number, number][] = [];
    const pages = rowPages((ask, _filter, from) => asked.push([ask, from]));
    pages.refresh({ kind: 'wrong' }, 40);
    pages.want(0, 10);
    pages.refresh({ kind: 'wrong' }, 50);
    pages.want(0, 10);
    expect(asked).toEqual([[1, 0]]);
    expect(pages.receive(1, 40, rows(40, 0))).toBe(true);
    expect([pages.total, pages.row(39)?.row]).toEqual([50, 39]);
    pages.want(0, 10);
    expect(asked.at(-1)).toEqual([2, 0]);
    pages.receive(2, 30, rows(30, 0));
    expect(pages.total).toBe(30);
  });

  it('of another list are forgotten, and late answers passed over', () => {
    const pages = rowPages(() => undefined);
    pages.refresh({ kind: 'all' }, 1000);
    pages.want(0, 10);
    pages.refresh({ kind: 'wrong' }, 10);
    expect(pages.receive(1, 1000, rows(100, 0))).toBe(false);
    expect(pages.row(0)).toBeUndefined();
    pages.want(0, 10);
    expect(pages.receive(2, 3, rows(3, 7))).toBe(true);
    expect([pages.total, pages.row(0)?.row]).toEqual([3, 7]);
  });

  it('are let go when there are many', () => {
    const pages = rowPages(() => undefined);
    pages.refresh({ kind: 'all' }, 100_000);
    for (let page = 0; page < 40; page++) {
      pages.want(page * pageSize, page * pageSize + 1);
      pages.receive(page + 1, 100_000, rows(100, page * pageSize));
    }
    expect([pages.row(0), pages.row(39 * pageSize)?.row]).toEqual([undefined, 39 * pageSize]);
  });
});
