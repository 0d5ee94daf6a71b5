import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { Row } from '../protocol/dataset.js';

/** A parsed template: literal texts and placeholders in turn. */
export interface Template {
  readonly text: string;
  readonly parts: readonly (string | { readonly column: string })[];
  /** The columns it names, each once. */
  readonly columns: readonly string[];
}

/**
 * Parses `{column}` placeholders; `{{` and `}}` are literal braces. A column name may hold anything but braces.
 * Throws `data.unbalancedBrace` and `data.emptyPlaceholder` (positions are 1-based).
 */
export function parseTemplate(text: string): Template {
  const parts: (string | { column: string })[] = [];
  for (const { 0: token, 1: column, index } of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (column !== undefined) {
      if (column.trim() === '')
        throw new SoftpromptError('data.emptyPlaceholder', { template: text, position: index + 1 });
      parts.push({ column });
    } else if (token === '{' || token === '}') {
      throw new SoftpromptError('data.unbalancedBrace', { template: text, position: index + 1, found: token });
    } else {
      parts.push(token === '{{' ? '{' : token === '}}' ? '}' : token);
    }
  }
  const columns = new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column])));
  return { text, parts, columns: [...columns] };
}

/** A text as a template that renders to it: every brace doubled. */
export function escapeTemplate(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

/** Fills in a row's cells as they are. Throws `data.missingColumn`, `data.missingCell` and `data.notText`. */
export function renderTemplate(template: Template, row: Row, file: string): string {
  return template.parts.map((part) => (typeof part === 'string' ? part : cellText(row, part.column, file))).join('');
}

/** A cell as text: texts as they are, numbers and booleans as JavaScript writes them; anything else is an error. */
export function cellText(row: Row, column: string, file: string): string {
  if (!Object.hasOwn(row.values, column)) throw missingColumn(column, Object.keys(row.values), file);
  const value = row.values[column];
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined)
    throw new SoftpromptError('data.missingCell', { file, line: row.line, column });
  const found = Array.isArray(value) ? 'array' : typeof value;
  throw new SoftpromptError('data.notText', { file, line: row.line, column, found });
}

export function missingColumn(column: string, columns: readonly string[], file: string): SoftpromptError {
  const nearest = nearestName(column, columns) ?? '';
  return new SoftpromptError('data.missingColumn', { file, column, columns: columns.join(', '), nearest });
}
