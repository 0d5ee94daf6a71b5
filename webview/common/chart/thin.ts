import { countBelow } from '../ascending.js';

/** Points by ascending x. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/**
 * The points between two x, at most two for each of `columns` pixel columns: the lowest and the highest of a column, in their order, so
 * that no peak is lost. One point beyond either end stays, for the lines that lead there.
 */
export function thin({ x, y }: Points, from: number, to: number, columns: number): [x: number[], y: number[]] {
  const begin = Math.max(0, countBelow(x, from) - 1);
  const end = Math.min(x.length, countBelow(x, to) + 1);
  const kept: [x: number[], y: number[]] = [[], []];
  const keep = (i: number): void => {
    kept[0].push(x[i] ?? NaN);
    kept[1].push(y[i] ?? NaN);
  };
  const perColumn = (end - begin) / columns;
  if (perColumn <= 2) {
    for (let i = begin; i < end; i++) keep(i);
    return kept;
  }
  for (let c = 0; c < columns; c++) {
    const first = begin + Math.floor(c * perColumn);
    const last = begin + Math.floor((c + 1) * perColumn);
    let [low, high] = [first, first];
    for (let i = first + 1; i < last; i++) {
      if ((y[i] ?? NaN) < (y[low] ?? NaN)) low = i;
      if ((y[i] ?? NaN) > (y[high] ?? NaN)) high = i;
    }
    keep(Math.min(low, high));
    if (low !== high) keep(Math.max(low, high));
  }
  // The newest point is always there.
  if (kept[0].at(-1) !== x[end - 1]) keep(end - 1);
  return kept;
}
