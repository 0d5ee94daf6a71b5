import type { DatasetSource, Table } from '../../protocol/dataset.js';
import { textLines } from '../textLines.js';
import { jsonError, objectTable, rowValues } from './jsonObjects.js';

/** JSON Lines (jsonlines.org): one object a line; blank lines are skipped. */
export function readJsonLines(text: string, file: string, source: DatasetSource): Table {
  const rows = textLines(text).flatMap(({ start, end }, index) => {
    const json = text.slice(start, end);
    if (json.trim() === '') return [];
    const line = index + 1;
    return [{ values: rowValues(parse(json, file, line), file, line), line, start, end }];
  });
  return objectTable(file, rows, source);
}

function parse(json: string, file: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw jsonError(json, file, line, cause);
  }
}
