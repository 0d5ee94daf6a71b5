import { describe, expect, it } from 'vitest';
import { inferTask } from '../../src/data/columns.js';
import type { Table } from '../../src/protocol/dataset.js';
import { expectError } from './expectError.js';

function tableOf(...values: Record<string, unknown>[]): Table {
  return {
    file: 'f',
    columns: Object.keys(values[0] ?? {}),
    rows: values.map((cells, i) => ({ values: cells, line: i + 1, start: i, end: i + 1 })),
    source: { path: 'f' },
  };
}

const reviews = tableOf(
  { text: 'bad one', label: 0 },
  { text: 'good one', label: 1 },
  { text: 'worse', label: 0 },
  { text: 'better', label: 1 },
);

describe('inferTask', () => {
  it('takes one text column and a label column', () => {
    expect(inferTask(reviews, {})).toEqual({
      template: '{text}\nLabel:',
      target: '{label}',
      task: 'classification',
      labels: { 0: '0', 1: '1' },
    });
  });

  it('keeps what the recipe says', () => {
    const said = { template: 'Review: {text}\nMood:', target: '{label}', labels: { 1: 'good', 0: 'bad' } };
    expect(inferTask(reviews, said)).toEqual({ ...said, task: 'classification' });
  });

  it('takes input and target as they are', () => {
    const table = tableOf({ input: 'a', target: 'b', label: 1 }, { input: 'c', target: 'd', label: 2 });
    expect(inferTask(table, {})).toEqual({ template: '{input}', target: '{target}', task: 'generation' });
  });

  it('takes the only column with few distinct values where no name tells', () => {
    const table = tableOf(
      { column1: 'p', column2: 'some text' },
      { column1: 'q', column2: 'more text' },
      { column1: 'p', column2: 'other text' },
      { column1: 'q', column2: 'last text' },
    );
    expect(inferTask(table, {})).toMatchObject({ target: '{column1}', template: '{column2}\nColumn1:' });
  });

  it('names every column where several are left, without ids, lists and renamed targets', () => {
    const rows = [0, 1, 0, 1].map((label, i) => ({
      pairID: `p${i}`,
      number: 100 - i,
      premise: `premise ${i}`,
      valid: `hypothesis ${i}`,
      tags: [i],
      label_text: label === 0 ? 'no' : 'yes',
      label,
    }));
    expect(inferTask(tableOf(...rows), {}).template).toBe('premise: {premise}\nvalid: {valid}\nLabel:');
  });

  it('keeps unique whole numbers where nothing else is left', () => {
    const table = tableOf(
      { x: 3, label: 'odd' },
      { x: 4, label: 'even' },
      { x: 5, label: 'odd' },
      { x: 6, label: 'even' },
    );
    expect(inferTask(table, {}).template).toBe('{x}\nLabel:');
  });

  it('doubles braces of a column name where it stands as text', () => {
    const table = tableOf({ a: 'x', '{b}': 'y', label: 'p' }, { a: 'y', '{b}': 'z', label: 'q' });
    expect(inferTask(table, {}).template).toBe('{a}\nLabel:');
  });

  it('orders numeric labels by number and others by name', () => {
    const labelled = (...labels: unknown[]): string[] => {
      const rows = [...labels, ...labels].map((label, i) => ({ text: `t${i}`, label }));
      return Object.keys(inferTask(tableOf(...rows), {}).labels ?? {});
    };
    expect(labelled(10, 9, 1)).toEqual(['1', '9', '10']);
    expect(labelled('0.5', '-1.5', '-0.5')).toEqual(['-1.5', '-0.5', '0.5']);
    expect(labelled('b', 'a', 'B')).toEqual(['B', 'a', 'b']);
    expect(labelled(true, false)).toEqual(['false', 'true']);
  });

  it('is generation with more than 100 values, with fewer than two rows for each, and with line breaks', () => {
    const withTargets = (targets: string[]): Table =>
      tableOf(...targets.map((target, i) => ({ text: `t${i}`, target })));
    const twice = (count: number): string[] => Array.from({ length: 2 * count }, (_, i) => `v${i % count}`);
    expect(inferTask(withTargets(twice(100)), {}).task).toBe('classification');
    expect(inferTask(withTargets(twice(101)), {}).task).toBe('generation');
    expect(inferTask(withTargets(['a', 'b', 'a']), {}).task).toBe('generation');
    expect(inferTask(withTargets(['a\nb', 'c', 'a\nb', 'c']), {}).task).toBe('generation');
    expect(inferTask(withTargets(['a', 'b']), { task: 'classification' }).labels).toEqual({ a: 'a', b: 'b' });
    expect(inferTask(withTargets(['a', 'b', 'a', 'b']), { task: 'generation' }).task).toBe('generation');
  });

  it('asks for the target where none can be told', () => {
    expectError(() => inferTask(tableOf({ x: 'a', y: 'b' }), {}), 'data.noTarget', { file: 'f', columns: 'x, y' });
  });

  it('asks for the input where no column is left', () => {
    expectError(() => inferTask(tableOf({ label: 'a' }, { label: 'b' }), {}), 'data.noInput', {
      file: 'f',
      columns: 'label',
    });
  });

  it('refuses columns that do not exist', () => {
    const missing = { file: 'f', columns: 'text, label' };
    expectError(() => inferTask(reviews, { target: '{labels}' }), 'data.missingColumn', {
      ...missing,
      column: 'labels',
      nearest: 'label',
    });
    expectError(() => inferTask(reviews, { template: '{txt}:' }), 'data.missingColumn', {
      ...missing,
      column: 'txt',
      nearest: 'text',
    });
  });

  it('refuses labels that cannot be told apart, and a single one', () => {
    expectError(() => inferTask(reviews, { labels: { 0: 'x', 1: 'x' } }), 'data.labelWord', { label: '1', word: 'x' });
    expectError(() => inferTask(reviews, { labels: { 0: ' ', 1: 'x' } }), 'data.labelWord', { label: '0', word: ' ' });
    expectError(() => inferTask(tableOf({ text: 'a', label: 1 }, { text: 'b', label: 1 }), {}), 'data.oneLabel', {
      file: 'f',
      label: '1',
    });
  });

  it('refuses labels for generation, and classification of more than one column', () => {
    expectError(() => inferTask(reviews, { task: 'generation', labels: { 0: 'a' } }), 'data.labelsForGeneration', {
      labels: '0',
    });
    expectError(() => inferTask(reviews, { task: 'classification', target: '{text} {label}' }), 'data.labelTarget', {
      target: '{text} {label}',
    });
  });

  it('keeps places of virtual tokens in the template and refuses them in the target', () => {
    const said = { template: '[P×3] {text} [P×3]?', target: '{label}', labels: { 1: 'good', 0: 'bad' } };
    expect(inferTask(reviews, said)).toEqual({ ...said, task: 'classification' });
    expectError(() => inferTask(reviews, { ...said, target: '[P×3]{label}' }), 'data.slotInTarget', {
      target: '[P×3]{label}',
      found: '[P×3]',
    });
    expectError(() => inferTask(reviews, { ...said, template: '{text} [P×0]' }), 'data.emptySlot', {
      template: '{text} [P×0]',
      position: 8,
      found: '[P×0]',
    });
  });

  it('leaves out a column whose name would place virtual tokens', () => {
    const table = tableOf({ a: 'x', '[P×2]': 'y', label: 'p' }, { a: 'y', '[P×2]': 'z', label: 'q' });
    expect(inferTask(table, {}).template).toBe('{a}\nLabel:');
  });
});
