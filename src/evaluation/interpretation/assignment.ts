import { defined } from '../../common/assert.js';

/**
 * Which column each row is given, so that the sum of gains is the greatest and no column is given twice: the Hungarian method with potentials
 * (Kuhn 1955, Munkres 1957; by shortest augmenting paths, Jonker, Volgenant 1987). O(rows² · columns); there are at least as many columns.
 */
export function bestAssignment(gains: readonly ArrayLike<number>[]): number[] {
  const rows = gains.length;
  const columns = gains[0]?.length ?? 0;
  // Rows and columns are counted from 1; column 0 is where the row that is being placed begins.
  const [rowPotential, columnPotential] = [new Float64Array(rows + 1), new Float64Array(columns + 1)];
  const rowOf = new Int32Array(columns + 1);
  const previous = new Int32Array(columns + 1);
  const cost = (row: number, column: number): number => -(gains[row - 1]?.[column - 1] ?? 0);
  const at = (values: ArrayLike<number>, i: number): number => defined(values[i], 'an index');

  for (let row = 1; row <= rows; row++) {
    const shortest = new Float64Array(columns + 1).fill(Infinity);
    const isDone = new Uint8Array(columns + 1);
    rowOf[0] = row;
    let column = 0;
    while (at(rowOf, column) !== 0) {
      isDone[column] = 1;
      const from = at(rowOf, column);
      let [least, next] = [Infinity, 0];
      for (let j = 1; j <= columns; j++) {
        if (isDone[j]) continue;
        const reduced = cost(from, j) - at(rowPotential, from) - at(columnPotential, j);
        if (reduced < at(shortest, j)) {
          shortest[j] = reduced;
          previous[j] = column;
        }
        if (at(shortest, j) < least) [least, next] = [at(shortest, j), j];
      }
      for (let j = 0; j <= columns; j++) {
        if (isDone[j]) {
          rowPotential[at(rowOf, j)] = at(rowPotential, at(rowOf, j)) + least;
          columnPotential[j] = at(columnPotential, j) - least;
        } else shortest[j] = at(shortest, j) - least;
      }
      column = next;
    }
    while (column !== 0) {
      const before = at(previous, column);
      rowOf[column] = at(rowOf, before);
      column = before;
    }
  }
  const given = Array<number>(rows).fill(0);
  rowOf.forEach((row, column) => {
    if (row > 0 && column > 0) given[row - 1] = column - 1;
  });
  return given;
}
