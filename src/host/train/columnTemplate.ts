import { escapeTemplate } from '../../data/template.js';

/** The template for columns that a person picked: a text alone, or each on a line of its own after its name; then the target's name. */
export function columnTemplate(columns: readonly string[], target: string): string {
  const lines =
    columns.length === 1
      ? columns.map((column) => `{${column}}\n`)
      : columns.map((column) => `${column}: {${column}}\n`);
  return `${lines.join('')}${escapeTemplate(target.charAt(0).toUpperCase() + target.slice(1))}:`;
}

/** A placeholder cannot name a column with braces. */
export const canBeNamed = (column: string): boolean => !/[{}]/.test(column) && column.trim() !== '';

/** A text of several lines as one line that can be edited: `\n`, `\t`, and `\\` for a backslash. */
export function asOneLine(text: string): string {
  return text.replace(/[\\\n\t]/g, (found) => (found === '\n' ? '\\n' : found === '\t' ? '\\t' : '\\\\'));
}

/** The text that `asOneLine` was made from; any other backslash stands for itself. */
export function fromOneLine(line: string): string {
  return line.replace(/\\([nt\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\'));
}
