import { describe, expect, it } from 'vitest';
import { askedColumns, columnsOf, hasColumns } from '../../../src/host/editor/columns.js';
import { evaluationMemory } from '../../../src/host/editor/evaluationMemory.js';
import { byFit, type JudgeChoice } from '../../../src/host/editor/judges.js';

describe('the columns of a data file', () => {
  it('are read from its beginning, which may be cut off anywhere', () => {
    expect(columnsOf('{"text": "a", "label": "b"}\n{"te', 'a.jsonl')).toEqual(['text', 'label']);
    expect(columnsOf('[{"text": "a", "label": 1}, {"te', 'a.json')).toEqual(['text', 'label']);
    expect(columnsOf('{"1": {"text": "a"}}', 'a.json')).toEqual(['text']);
    expect(columnsOf('text,label\n"two\nlines",x\n"cut off', 'a.csv')).toEqual(['text', 'label']);
    expect(columnsOf('text\tlabel\na\tb\n', 'a.TSV')).toEqual(['text', 'label']);
  });

  it('are none where there are no rows', () => {
    expect(columnsOf('', 'a.csv')).toBeUndefined();
    expect(columnsOf('[1, 2]', 'a.json')).toBeUndefined();
    expect(columnsOf('not json', 'a.jsonl')).toBeUndefined();
  });

  it('fit a prompt that asks for no others', () => {
    const asked = askedColumns({ template: '{title}\n{text} {text}:', target: '{label}' });
    expect(asked).toEqual(['title', 'text', 'label']);
    expect(hasColumns(asked, ['label', 'text', 'title', 'id'])).toBe(true);
    expect(hasColumns(asked, ['label', 'text'])).toBe(false);
  });
});

function memento(): { get(key: string): unknown; update(key: string, value: unknown): Promise<void> } {
  const kept = new Map<string, unknown>();
  return { get: (key) => kept.get(key), update: async (key, value) => void kept.set(key, value) };
}

describe('what was answered', () => {
  it('is remembered for a file, and for a prompt with the same columns in any order', () => {
    const memory = evaluationMemory(memento());
    const judge = { prompts: ['/p'] };
    memory.keepJudge('/a.csv', judge);
    memory.keepMapping(judge, ['sentence', 'gold'], { text: 'sentence', label: 'gold' });
    expect(memory.judgeOf('/a.csv')).toBe('/p');
    expect(memory.judgeOf('/b.csv')).toBeUndefined();
    expect(memory.mappingOf(judge, ['gold', 'sentence'])).toEqual({ text: 'sentence', label: 'gold' });
    expect(memory.mappingOf({ prompts: ['/q'] }, ['gold', 'sentence'])).toBeUndefined();
    expect(memory.mappingOf(judge, ['gold'])).toBeUndefined();
  });

  it('is forgotten when it is old and there is much', () => {
    const memory = evaluationMemory(memento());
    for (let i = 0; i < 201; i++) memory.keepJudge(`/${i}`, { prompts: ['/p'] });
    expect([memory.judgeOf('/0'), memory.judgeOf('/1')]).toEqual([undefined, '/p']);
  });

  it('puts the prompt that judged a file last before others that fit', () => {
    const choice = (name: string, columns: string[]): JudgeChoice => ({
      name,
      description: '',
      judge: { prompts: [`/${name}`] },
      store: '/s',
      columns,
    });
    const choices = [choice('a', ['text']), choice('b', ['other']), choice('c', ['text']), choice('d', ['x'])];
    const names = (list: readonly JudgeChoice[]): string[] => list.map(({ name }) => name);
    const { fitting, others } = byFit(choices, ['text', 'label'], '/b');
    expect([names(fitting), names(others)]).toEqual([['b', 'a', 'c'], ['d']]);
  });
});
