import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { Row, VirtualSlot } from '../protocol/dataset.js';
import { answerColumn, virtualSlotPattern } from '../protocol/virtualSlots.js';

type TemplatePart =
  string | { readonly column: string } | { readonly virtualTokens: number } | { readonly isAnswer: true };

/** A parsed template: literal texts, placeholders, places of virtual tokens and of a masked model's answer in turn. */
export interface Template {
  readonly text: string;
  readonly parts: readonly TemplatePart[];
  /** The columns it names, each once. */
  readonly columns: readonly string[];
}

/**
 * Parses `{column}` placeholders, `[P×3]`, a place of virtual tokens, and `{mask}`, the one of a masked model's answer; `{{` and `}}` are literal
 * braces. A column name may hold anything but braces, and is not mask.
 * Throws `data.unbalancedBrace`, `data.emptyPlaceholder`, `data.emptySlot` (positions are 1-based) and `data.twoAnswers`.
 */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  for (const { 0: token, 1: column, index } of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (column !== undefined) {
      if (column.trim() === '')
        throw new SoftpromptError('data.emptyPlaceholder', { template: text, position: index + 1 });
      parts.push(column === answerColumn ? { isAnswer: true } : { column });
    } else if (token === '{' || token === '}') {
      throw new SoftpromptError('data.unbalancedBrace', { template: text, position: index + 1, found: token });
    } else if (token === '{{' || token === '}}') {
      parts.push(token.charAt(0));
    } else {
      parts.push(...literalParts(token, index, text));
    }
  }
  if (parts.filter(isAnswer).length > 1) throw new SoftpromptError('data.twoAnswers', { template: text });
  const columns = new Set(parts.flatMap((part) => (typeof part === 'object' && 'column' in part ? [part.column] : [])));
  return { text, parts, columns: [...columns] };
}

const isAnswer = (part: TemplatePart): boolean => typeof part === 'object' && 'isAnswer' in part;

/** A text without braces, which stands at `offset` of the template, cut at its places of virtual tokens. */
function literalParts(literal: string, offset: number, template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let begin = 0;
  for (const { 0: found, 1: count, index } of literal.matchAll(virtualSlotPattern)) {
    if (Number(count) < 1)
      throw new SoftpromptError('data.emptySlot', { template, position: offset + index + 1, found });
    if (index > begin) parts.push(literal.slice(begin, index));
    parts.push({ virtualTokens: Number(count) });
    begin = index + found.length;
  }
  if (begin < literal.length) parts.push(literal.slice(begin));
  return parts;
}

/** As `parseTemplate`, for a target, where no virtual token and no answer may stand: `data.slotInTarget` and `data.answerInTarget`. */
export function parseTarget(text: string): Template {
  const target = parseTemplate(text);
  if (target.parts.some(isAnswer)) throw new SoftpromptError('data.answerInTarget', { target: text });
  const slot = target.parts.find((part) => typeof part === 'object' && 'virtualTokens' in part);
  if (slot !== undefined) {
    const found = (text.match(virtualSlotPattern) ?? []).join(', ');
    throw new SoftpromptError('data.slotInTarget', { target: text, found });
  }
  return target;
}

/** A text as a template that renders to it: every brace doubled. `[P×3]` cannot be written as text. */
export function escapeTemplate(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

export interface RenderedText {
  readonly text: string;
  readonly slots: readonly VirtualSlot[];
}

/**
 * Fills in a row's cells as they are. Spaces and tabs right before a place of virtual tokens, or of the answer, are dropped, and what follows it keeps its own:
 * the texts on both sides are tokenised apart, byte-level BPE wants " word", and a space at a text's end is a token seldom seen there.
 * Throws `data.missingColumn`, `data.missingCell` and `data.notText`.
 */
export function renderTemplate(template: Template, row: Row, file: string): RenderedText {
  let text = '';
  const slots: VirtualSlot[] = [];
  for (const part of template.parts) {
    if (typeof part === 'string') text += part;
    else if ('column' in part) text += cellText(row, part.column, file);
    else {
      text = text.slice(0, endWithoutSpaces(text));
      const { length: offset } = text;
      slots.push('isAnswer' in part ? { offset, count: 0, isAnswer: true } : { offset, count: part.virtualTokens });
    }
  }
  return { text, slots };
}

function endWithoutSpaces(text: string): number {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return end;
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
