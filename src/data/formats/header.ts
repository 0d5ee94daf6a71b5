import type { CellRow } from './cellRow.js';

/** Names that people give to columns, and that hardly ever make up a whole row of data. */
const commonNames = new Set(
  (
    'id idx guid index text texts sentence sentence1 sentence2 text_a text_b text1 text2 title body content description subject ' +
    'premise hypothesis question question1 question2 passage context document article review comment message query prompt ' +
    'instruction input output target source label labels class category queue topic intent sentiment emotion rating score stars ' +
    'answer answers completion response reference ref mr summary highlights'
  ).split(' '),
);

/** How a name looks: a letter, an underscore or a #, then at most three words of letters, digits and a few signs. */
const nameLike = /^[\p{L}_#][\p{L}\p{N}_.#()/-]*(?: [\p{L}\p{N}_.#()/-]+){0,2}$/u;
const longestName = 40;
const sampledRows = 1000;

/**
 * Whether the first row holds column names, where the recipe does not say. In this order:
 * 1. With `columns` given: only if it repeats them.
 * 2. Yes if every cell is a common column name.
 * 3. No if a cell does not look like a name (a number, a sentence, blank; a blank first cell is a table's unnamed index), if two are the same,
 *    or if a cell stands again in its own column within the first 1000 rows, as a label would.
 * 4. Otherwise yes.
 */
export function inferHeader(rows: readonly CellRow[], columns?: readonly string[]): boolean {
  const cells = rows[0]?.cells.map((cell) => cell.trim()) ?? [];
  if (cells.length === 0) return false;
  if (columns !== undefined) {
    return (
      cells.length === columns.length && cells.every((cell, i) => cell.toLowerCase() === columns[i]?.toLowerCase())
    );
  }
  if (cells.every((cell) => commonNames.has(cell.toLowerCase()))) return true;
  const looksLikeName = (cell: string, i: number): boolean =>
    cell === '' ? i === 0 && cells.length > 1 : cell.length <= longestName && nameLike.test(cell);
  if (!cells.every(looksLikeName) || new Set(cells).size < cells.length) return false;
  return !rows
    .slice(1, sampledRows)
    .some((row) => row.cells.some((cell, i) => cell !== '' && cell.trim() === cells[i]));
}
