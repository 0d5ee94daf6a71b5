import { describe, expect, it } from 'vitest';
import { escapeTemplate, parseTarget, parseTemplate, renderTemplate } from '../../src/data/template.js';
import type { Row } from '../../src/protocol/dataset.js';
import { expectError } from './expectError.js';

const row = (values: Row['values']): Row => ({ values, line: 7, start: 0, end: 1 });
const rendered = (text: string, values: Row['values']) => renderTemplate(parseTemplate(text), row(values), 'f');
const render = (text: string, values: Row['values']): string => rendered(text, values).text;

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

describe('places of virtual tokens', () => {
  it('stand among texts and placeholders, with × or x', () => {
    expect(parseTemplate('[P×3] {a}[Px12]b [P×1][P×2]')).toEqual({
      text: '[P×3] {a}[Px12]b [P×1][P×2]',
      parts: [
        { virtualTokens: 3 },
        ' ',
        { column: 'a' },
        { virtualTokens: 12 },
        'b ',
        { virtualTokens: 1 },
        { virtualTokens: 2 },
      ],
      columns: ['a'],
    });
  });

  it('are neither other brackets nor the name of a column', () => {
    const text = '[P×] [P*3] [p×3] [P×-1] {[P×3]}';
    expect(parseTemplate(text).parts).toEqual(['[P×] [P*3] [p×3] [P×-1] ', { column: '[P×3]' }]);
  });

  it('hold one virtual token at least', () => {
    expectError(() => parseTemplate('{a}{{ b [Px0]'), 'data.emptySlot', {
      template: '{a}{{ b [Px0]',
      position: 9,
      found: '[Px0]',
    });
  });

  it('are refused in a target', () => {
    expectError(() => parseTarget('{label}[P×3] [Px1]'), 'data.slotInTarget', {
      target: '{label}[P×3] [Px1]',
      found: '[P×3], [Px1]',
    });
    expect(parseTarget('{label}.')).toEqual(parseTemplate('{label}.'));
  });

  it('leave no trace in the text, whose spaces stand behind them', () => {
    expect(rendered('[P×3] {a} [P×2] {b}', { a: 'A man', b: 'he' })).toEqual({
      text: ' A man he',
      slots: [
        { offset: 0, count: 3 },
        { offset: 6, count: 2 },
      ],
    });
    expect(rendered('{a} \t[P×1]', { a: 'so \t ' })).toEqual({ text: 'so', slots: [{ offset: 2, count: 1 }] });
    expect(rendered('[P×1] [P×2]\t[P×3] x', {})).toEqual({
      text: ' x',
      slots: [
        { offset: 0, count: 1 },
        { offset: 0, count: 2 },
        { offset: 0, count: 3 },
      ],
    });
  });

  it('keep the line breaks around them', () => {
    expect(rendered('a\n [P×2]\nb\r\n[P×1]', {})).toEqual({
      text: 'a\n\nb\r\n',
      slots: [
        { offset: 2, count: 2 },
        { offset: 6, count: 1 },
      ],
    });
  });

  it('are not read in a cell', () => {
    expect(rendered('{a} [P×1]', { a: '[P×3]' })).toEqual({ text: '[P×3]', slots: [{ offset: 5, count: 1 }] });
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
