import type { Node } from 'jsonc-parser';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Table } from '../../protocol/dataset.js';
import { lineIndexAt, textLines } from '../textLines.js';
import { briefly, jsonTree, objectTable, rowValues } from './jsonObjects.js';

/** One JSON text: an array of objects, or an object whose values are the objects, in the file's order. */
export function readJson(text: string, file: string, source: DatasetSource): Table {
  if (text.trim() === '') return { file, columns: [], rows: [], source };
  const root = jsonTree(text, file);
  const lines = textLines(text);
  const rows = rowNodes(root, text, file, (offset) => lineIndexAt(lines, offset) + 1).map((node) => {
    const end = node.offset + node.length;
    const line = lineIndexAt(lines, node.offset) + 1;
    const value: unknown = JSON.parse(text.slice(node.offset, end));
    return { values: rowValues(value, file, line), line, start: node.offset, end };
  });
  return objectTable(file, rows, source);
}

function rowNodes(root: Node, text: string, file: string, lineOf: (offset: number) => number): Node[] {
  const children = root.children ?? [];
  if (root.type === 'array') return children;
  if (root.type !== 'object') {
    rowValues(JSON.parse(text), file, lineOf(root.offset));
    return [];
  }
  return children.map((property) => {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value?.type === 'object') return value;
    const found = value === undefined ? '' : briefly(JSON.parse(text.slice(value.offset, value.offset + value.length)));
    throw new SoftpromptError('data.jsonShape', {
      file,
      line: lineOf(property.offset),
      column: String(key?.value),
      found,
    });
  });
}
