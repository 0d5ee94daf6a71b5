import { defined } from '../common/assert.js';
import type { Sequence } from './rowLayout.js';

/** Rows of which alternatives branch off. */
export type BranchingRows = Pick<Sequence, 'ids' | 'branches'>;

/** Where each row stands, from 0: a branch goes on from the rows that all share. */
export function rowPositions(s: BranchingRows): number[] {
  const shared = s.branches?.[0] ?? s.ids.length;
  return s.ids.map((_, i) => (i < shared ? i : shared + i - branchStart(s, i)));
}

const branchStart = (s: BranchingRows, row: number): number =>
  defined(
    s.branches?.findLast((start) => start <= row),
    'a branch',
  );

/** Opens the keys that row i of a sequence may see: the shared rows up to itself, and its own branch up to itself. */
export function openKeys(mask: Float32Array, at: number, s: BranchingRows, i: number): void {
  const shared = s.branches?.[0] ?? s.ids.length;
  mask.fill(0, at, at + Math.min(i + 1, shared));
  if (i >= shared && i < s.ids.length) mask.fill(0, at + branchStart(s, i), at + i + 1);
}
