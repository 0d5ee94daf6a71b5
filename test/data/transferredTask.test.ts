import { describe, expect, it } from 'vitest';
import { inferTask, type ResolvedTask } from '../../src/data/columns.js';
import { makeExamples } from '../../src/data/examples.js';
import { presets } from '../../src/data/presets/presets.js';
import { parseTable } from '../../src/data/readTable.js';
import { hasColumns, transferredTask } from '../../src/data/transferredTask.js';

/** A preset's task as a prompt keeps it. */
const taskOf = (id: 'qqp' | 'mrpc' | 'mnli' | 'superglue-rte' | 'squad' | 'trec'): ResolvedTask => {
  const { template = '', target = '', labels, task = 'classification' } = presets[id];
  return { template, target, task, preset: id, ...(labels && { labels }) };
};
const mrpc = parseTable(
  'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t10\t11\tHe said so.\tSo he said.\n0\t12\t13\tIt rose.\tIt fell.\n',
  'test.txt',
  { path: 'test.txt' },
);

describe('the task of another data set', () => {
  it('is worded as the set is, and answered in the words that the prompt has learned', () => {
    const task = transferredTask(taskOf('qqp'), inferTask(mrpc, { preset: 'mrpc' }), 'test.txt');
    expect(makeExamples(mrpc, task).map(({ input, target, label }) => [input, target, label])).toEqual([
      ['mrpc sentence1: He said so. sentence2: So he said.', 'duplicate', 1],
      ['mrpc sentence1: It rose. sentence2: It fell.', 'not_duplicate', 0],
    ]);
  });

  it('takes labels of the same word first, and leaves out those that the set does not have', () => {
    const labels = { 0: 'entailment', 1: 'Neutral ' };
    const own: ResolvedTask = { template: '{a}', target: '{b}', task: 'classification', labels };
    expect(transferredTask(taskOf('mnli'), own, 'f').labels).toEqual({ 0: 'entailment', 1: 'neutral' });
  });

  it('is that of free text as it is', () => {
    const own: ResolvedTask = { template: '{a}', target: '{b}', task: 'generation' };
    expect(transferredTask(taskOf('squad'), own, 'f')).toBe(own);
  });

  it.each([
    ['data.otherLabels', taskOf('mnli'), taskOf('superglue-rte')],
    ['data.otherLabels', taskOf('qqp'), taskOf('trec')],
    ['data.otherKind', taskOf('qqp'), taskOf('squad')],
    ['data.otherSlots', { ...taskOf('qqp'), template: '[P×3] {question1} {question2}' }, taskOf('mrpc')],
  ])('is refused with %s where it does not go together', (code, trained, own) => {
    expect(() => transferredTask(trained, own, 'f')).toThrow(expect.objectContaining({ code }));
  });

  it('needs no other words where the file has the columns', () => {
    expect(hasColumns(taskOf('qqp'), ['label', 'question1', 'question2', 'more'])).toBe(true);
    expect(hasColumns(taskOf('qqp'), ['question1', 'question2'])).toBe(false);
  });
});
