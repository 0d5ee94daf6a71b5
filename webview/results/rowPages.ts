import type { RowFilter } from '../../src/protocol/evaluation.js';
import type { ResultsRow } from '../../src/protocol/resultsMessages.js';

export const pageSize = 100;
/** So many pages are kept: more than are ever seen at once. */
const keptPages = 30;

/** The rows of a list as far as they are known: asked for by the page, forgotten when they may be others. */
export interface RowPages {
  readonly total: number;
  row(index: number): ResultsRow | undefined;
  /** Asks for what is missing of these rows. */
  want(first: number, end: number): void;
  /** Another list, or the same whose rows were judged again: old rows, and those on their way, stand until the new ones come. */
  refresh(filter: RowFilter, total: number): void;
  receive(ask: number, total: number, rows: readonly ResultsRow[]): boolean;
  /** An ask that was not answered may be asked again. */
  failed(ask: number): void;
}

interface Page {
  readonly rows: readonly ResultsRow[];
  isStale: boolean;
}

export function rowPages(ask: (ask: number, filter: RowFilter, from: number, count: number) => void): RowPages {
  const pages = new Map<number, Page>();
  /** Number of the ask → the page, and whether its rows may be others than those that come. */
  const asked = new Map<number, { readonly page: number; isStale: boolean }>();
  let number = 0;
  let filter: RowFilter = { kind: 'all' };
  let total = 0;

  const isAsked = (page: number): boolean => [...asked.values()].some((one) => one.page === page);
  return {
    get total() {
      return total;
    },
    row: (index) => pages.get(Math.floor(index / pageSize))?.rows[index % pageSize],
    want: (first, end) => {
      for (let page = Math.floor(first / pageSize); page * pageSize < end; page++) {
        const known = pages.get(page);
        if ((known && !known.isStale) || isAsked(page)) continue;
        asked.set(++number, { page, isStale: false });
        ask(number, filter, page * pageSize, pageSize);
      }
    },
    refresh: (to, expected) => {
      const isAnother = JSON.stringify(to) !== JSON.stringify(filter);
      filter = to;
      total = expected;
      if (isAnother) {
        asked.clear();
        pages.clear();
      } else for (const one of [...pages.values(), ...asked.values()]) one.isStale = true;
    },
    receive: (of, newTotal, rows) => {
      const one = asked.get(of);
      if (!one) return false;
      const { page, isStale } = one;
      asked.delete(of);
      total = isStale ? Math.max(total, newTotal) : newTotal;
      // The oldest stands first.
      pages.delete(page);
      pages.set(page, { rows, isStale });
      for (const oldest of [...pages.keys()].slice(0, -keptPages)) pages.delete(oldest);
      return true;
    },
    failed: (of) => void asked.delete(of),
  };
}
