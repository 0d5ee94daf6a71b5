import { describe, expect, it } from 'vitest';
import { judgeKey } from '../../../src/host/editor/evaluationMemory.js';
import { byFit, type JudgeChoice } from '../../../src/host/editor/judges.js';

const choice = (name: string, columns: readonly string[]): JudgeChoice => ({
  name,
  description: '',
  judge: { prompts: [`/store/prompts/${name}`] },
  store: '/store',
  columns,
});
const tickets = choice('tickets', ['text', 'queue']);
const byUser = choice('by-user', ['text', 'queue', 'user']);
const pairs = choice('pairs', ['premise', 'hypothesis', 'label']);
const choices = [tickets, pairs, byUser];
const names = (list: readonly JudgeChoice[]): string[] => list.map(({ name }) => name);

describe('who may judge a file', () => {
  it('are first those whose columns it has, the one that asks for most of them before others', () => {
    const { fitting, others } = byFit(choices, ['text', 'queue', 'user', 'date'], undefined);
    expect([names(fitting), names(others)]).toEqual([['by-user', 'tickets'], ['pairs']]);
    expect(names(byFit(choices, ['text', 'queue'], undefined).fitting)).toEqual(['tickets']);
  });

  it('is before all who judged it last, whatever its columns are called', () => {
    const { fitting } = byFit(choices, ['text', 'queue', 'user'], judgeKey(pairs.judge));
    expect(names(fitting)).toEqual(['pairs', 'by-user', 'tickets']);
  });

  it('is nobody in particular for a file whose columns are not known', () => {
    expect(names(byFit(choices, undefined, undefined).fitting)).toEqual([]);
  });
});
