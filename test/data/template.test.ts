import { describe, expect, it } from 'vitest';
import { escapeTemplate, parseTemplate, renderTemplate } from '../../src/data/template.js';
import type { Row } from '../../src/protocol/dataset.js';
import { expectError } from './expectError.js';

const row = (values: Row['values']): Row => ({ values, line: 7, start: 0, end: 1 });
const render = (text: string, values: Row['values']): string => renderTemplate(parseTemplate(text), row(values), 'f');

describe('parseTemplate', () => {
  it('splits texts, placeholders and literal braces', () => {
    expect(parseTemplate('a {x}{{{#1 String}}} {x}')).toEqual({
      text: 'a {x}{{{#1 String}}} {x}',
      parts: ['a ', { column: 'x' }, '{', { column: '#1 String' }, '}', ' ', { column: 'x' }],
      columns: ['x', '#1 String'],
    });
  });

  it.each([
    ['a {x', 3, '{'],
    ['a x}', 4, '}'],
    ['{a{b}', 1, '{'],
  ])('refuses the unbalanced brace of %s', (template, position, found) => {
    expectError(() => parseTemplate(template), 'data.unbalancedBrace', { template, position, found });
  });

  it('refuses braces without a name', () => {
    expectError(() => parseTemplate('a { }'), 'data.emptyPlaceholder', { template: 'a { }', position: 3 });
  });
});

describe('renderTemplate', () => {
  it('fills in texts, numbers and booleans', () => {
    expect(render('{a}|{b}|{c}|{d}', { a: ' x ', b: 1.5, c: false, d: '' })).toBe(' x |1.5|false|');
  });

  it('does not read braces or replacement patterns in a cell', () => {
    expect(render('{a}', { a: '{b} $& }}' })).toBe('{b} $& }}');
  });

  it('gives an escaped text back', () => {
    expect(render(escapeTemplate('{a}} {{'), {})).toBe('{a}} {{');
  });

  it('names the columns that exist, and the nearest, where one is missing', () => {
    const values = { sentence: 'x', label: '1' };
    expectError(() => render('{Sentnce}', values), 'data.missingColumn', {
      file: 'f',
      column: 'Sentnce',
      columns: 'sentence, label',
      nearest: 'sentence',
    });
    expectError(() => render('{toString}', values), 'data.missingColumn', {
      file: 'f',
      column: 'toString',
      columns: 'sentence, label',
      nearest: '',
    });
  });

  it('names the line of a missing cell and of one that is no text', () => {
    expectError(() => render('{a}', { a: null }), 'data.missingCell', { file: 'f', line: 7, column: 'a' });
    expectError(() => render('{a}', { a: { b: 1 } }), 'data.notText', {
      file: 'f',
      line: 7,
      column: 'a',
      found: 'object',
    });
    expectError(() => render('{a}', { a: ['b'] }), 'data.notText', { file: 'f', line: 7, column: 'a', found: 'array' });
  });
});
