import { parseTree, type Node } from 'jsonc-parser';
import { extname } from 'node:path';
import { parseTarget, parseTemplate } from '../../data/template.js';
import { parseTable } from '../../data/readTable.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { PromptDetails } from '../../store/promptDetails.js';

/** The columns that a prompt asks of a file, input and target, each once. */
export function askedColumns({ template, target }: Pick<PromptDetails['task'], 'template' | 'target'>): string[] {
  return [...new Set([...parseTemplate(template).columns, ...parseTarget(target).columns])];
}

export const hasColumns = (asked: readonly string[], columns: readonly string[]): boolean =>
  asked.every((column) => columns.includes(column));

/** A data file's columns from its beginning; undefined where that holds no rows. The rest may be anything. */
export function columnsOf(beginning: string, file: string): readonly string[] | undefined {
  const ending = extname(file).toLowerCase();
  if (ending === '.csv' || ending === '.tsv') return tableColumns(beginning, file);
  const lines = firstLines(beginning, objectLines)
    .map(objectKeys)
    .filter((keys) => keys !== undefined);
  const ofLines = lines.length > 0 ? [...new Set(lines.flat())] : undefined;
  return ending === '.json' ? (jsonColumns(beginning) ?? ofLines) : ofLines;
}

const objectLines = 20;

/** A quoted cell may be cut off, so fewer and fewer lines are tried. */
function tableColumns(text: string, file: string): readonly string[] | undefined {
  for (const count of [200, 50, 10, 5, 3, 2]) {
    try {
      return parseTable(firstLines(text, count).join('\n'), file, { path: file }).columns;
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
    }
  }
  return undefined;
}

function firstLines(text: string, count: number): string[] {
  return text
    .split(/\r\n?|\n/, count + 1)
    .slice(0, count)
    .filter((line) => line.trim() !== '');
}

function objectKeys(line: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The keys of the first row of an array of objects, or of an object whose values are objects. */
function jsonColumns(text: string): string[] | undefined {
  const root = parseTree(text);
  const [first] = root?.children ?? [];
  const row = root?.type === 'array' ? first : first?.children?.[1];
  if (row?.type !== 'object') return undefined;
  return (row.children ?? []).flatMap(({ children: [key] = [] }: Node) => (key ? [String(key.value)] : []));
}
