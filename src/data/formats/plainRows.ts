import { textLines } from '../textLines.js';
import type { CellRow } from './cellRow.js';

/**
 * A row a line, cut at every delimiter, without quoting; empty lines are skipped. Where the number of columns is known, the last one takes
 * the rest of the line, delimiters and all.
 */
export function plainRows(text: string, delimiter: string, columnCount = Infinity): CellRow[] {
  return textLines(text).flatMap(({ start, end }, index) => {
    if (start === end) return [];
    const cells = text.slice(start, end).split(delimiter);
    if (cells.length > columnCount) cells.push(cells.splice(columnCount - 1).join(delimiter));
    return [{ cells, line: index + 1, start, end }];
  });
}
