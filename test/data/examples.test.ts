import { describe, expect, it } from 'vitest';
import { inputWithSlots, makeExamples } from '../../src/data/examples.js';
import { parseTable } from '../../src/data/readTable.js';
import type { Table } from '../../src/protocol/dataset.js';
import type { ResolvedTask } from '../../src/data/columns.js';
import { expectError } from './expectError.js';

const table = (...lines: string[]): Table =>
  parseTable(['text,label', ...lines].join('\n'), 'f.csv', { path: 'f.csv' });
const classes: ResolvedTask = {
  template: 'Review: {text}\nMood:',
  target: '{label}',
  task: 'classification',
  labels: { 0: 'bad', 1: 'good' },
};
const free: ResolvedTask = { template: '{text} =>', target: '{label}!', task: 'generation' };

describe('makeExamples', () => {
  it('renders input and target, with the label and the place', () => {
    expect(makeExamples(table('fine,1', '"so, so",0'), classes)).toEqual([
      { input: 'Review: fine\nMood:', target: 'good', label: 1, file: 'f.csv', line: 2 },
      { input: 'Review: so, so\nMood:', target: 'bad', label: 0, file: 'f.csv', line: 3 },
    ]);
  });

  it('puts the words of a label into the whole target', () => {
    const [example] = makeExamples(table('fine,1'), { ...classes, target: 'It is {label}.' });
    expect(example).toMatchObject({ target: 'It is good.', label: 1 });
  });

  it('leaves the label out for free text', () => {
    expect(makeExamples(table('a,b'), free)).toEqual([{ input: 'a =>', target: 'b!', file: 'f.csv', line: 2 }]);
  });

  it('names the line of an unknown label', () => {
    expectError(() => makeExamples(table('fine,1', 'odd,2'), classes), 'data.unknownLabel', {
      file: 'f.csv',
      line: 3,
      found: '2',
      known: '0, 1',
    });
    expectError(() => makeExamples(table('odd,toString'), classes), 'data.unknownLabel', {
      file: 'f.csv',
      line: 2,
      found: 'toString',
      known: '0, 1',
    });
  });

  it('names the line of an empty input and of an empty target', () => {
    expectError(() => makeExamples(table('fine,1', ' ,1'), classes), 'data.emptyInput', { file: 'f.csv', line: 3 });
    expectError(() => makeExamples(table('fine,'), free), 'data.emptyTarget', { file: 'f.csv', line: 2 });
    expectError(() => makeExamples(table('a,b'), { ...free, template: '' }), 'data.emptyInput', {
      file: 'f.csv',
      line: 2,
    });
  });

  it('allows a template without columns', () => {
    expect(makeExamples(table('a,b'), { ...free, template: 'Write:' })[0]?.input).toBe('Write:');
  });

  it('says where virtual tokens stand, among the words of the template too', () => {
    const template = 'Is [P×2] {text} [P×1]? [P×3]';
    expect(makeExamples(table('so-so,1', 'fine,1'), { ...classes, template })).toMatchObject([
      {
        input: 'Is so-so?',
        slots: [
          { offset: 2, count: 2 },
          { offset: 8, count: 1 },
          { offset: 9, count: 3 },
        ],
        target: 'good',
      },
      { input: 'Is fine?', slots: [{ offset: 2 }, { offset: 7 }, { offset: 8 }] },
    ]);
    expect(makeExamples(table('fine,1'), classes)[0]).not.toHaveProperty('slots');
  });

  it('finds an input without words empty, whatever virtual tokens stand in it', () => {
    for (const template of ['[P×2] {text} [P×1]', '[P×2] Mood of {text}:'])
      expectError(() => makeExamples(table('fine,1', ' ,1'), { ...classes, template }), 'data.emptyInput', {
        file: 'f.csv',
        line: 3,
      });
    expectError(() => makeExamples(table('fine,1'), { ...classes, template: '[P×2]' }), 'data.emptyInput', {
      file: 'f.csv',
      line: 2,
    });
  });

  it('refuses virtual tokens in the target', () => {
    for (const task of [classes, free])
      expectError(() => makeExamples(table('fine,1'), { ...task, target: '{label} [P×3]' }), 'data.slotInTarget', {
        target: '{label} [P×3]',
        found: '[P×3]',
      });
  });

  it('refuses another file that lacks a column', () => {
    expectError(() => makeExamples(table('a,b'), { ...free, template: '{sentence}' }), 'data.missingColumn', {
      file: 'f.csv',
      column: 'sentence',
      columns: 'text, label',
      nearest: '',
    });
  });
});

describe('inputWithSlots', () => {
  it('shows virtual tokens where they stand', () => {
    const [example] = makeExamples(table('fine,1'), { ...classes, template: '[P×2] {text} [Px12] [P×1]? yes [P×3]' });
    expect(inputWithSlots(example!)).toBe('[P×2] fine[P×12][P×1]? yes[P×3]');
  });

  it('is the input where none stand', () => {
    expect(inputWithSlots({ input: 'fine [P×2]' })).toBe('fine [P×2]');
  });
});
