import { describe, expect, it } from 'vitest';
import { companions, memberGroups, suggestedName } from '../../../src/host/ensembles/suggestMembers.js';
import type { WholePrompt } from '../../../src/host/views/wholePrompts.js';
import { configOf, promptDetails } from '../../support/prompts.js';

const prompt = (name: string, task: object = {}, store = '/w/.softprompt'): WholePrompt => ({
  store,
  folder: `${store}/prompts/${name}`,
  value: {
    name,
    config: configOf({}),
    details: { ...promptDetails, name, task: { ...promptDetails.task, ...task } },
  },
});
const names = (prompts: readonly WholePrompt[]): string[] => prompts.map(({ value }) => value.name);

describe('memberGroups', () => {
  it('finds those of one store, task and model, the largest group first, and leaves out who is alone or writes free text', () => {
    const other = { template: '{text}\nTopic:' };
    const groups = memberGroups([
      prompt('a', other),
      prompt('b'),
      prompt('c', other),
      prompt('d'),
      prompt('e'),
      prompt('alone', { target: '{x}' }),
      prompt('elsewhere', {}, '/v/.softprompt'),
      prompt('g', { task: 'generation' }),
      prompt('h', { task: 'generation' }),
    ]);
    expect(groups.map(({ store, prompts }) => [store, ...names(prompts)])).toEqual([
      ['/w/.softprompt', 'b', 'd', 'e'],
      ['/w/.softprompt', 'a', 'c'],
    ]);
  });
});

it('companions of a prompt are those that could answer with it, itself among them', () => {
  const all = [prompt('a'), prompt('b', { addEos: true }), prompt('c'), prompt('d', {}, '/v/.softprompt')];
  expect(names(companions(prompt('a'), all))).toEqual(['a', 'c']);
});

describe('suggestedName', () => {
  it.each([
    [['sst2-seed-1', 'sst2-seed-2', 'sst2-seed-10'], 'sst2-seeds'],
    [['sst2-seed-11', 'sst2-seed-12'], 'sst2-seeds'],
    [['sst2-p20', 'sst2-prefix'], 'sst2-p-ensemble'],
    [['tickets', 'tickets-2'], 'tickets-ensemble'],
    [['a', 'b'], 'ensemble'],
  ])('of %j is %s', (members, name) => {
    expect(suggestedName(members)).toBe(name);
  });
});
