import { describe, expect, it } from 'vitest';
import { ensembleEntry, memberEntry, memberState } from '../../../src/host/views/ensembleEntries.js';
import type { Ensemble, EnsembleMember } from '../../../src/store/ensembleFolder.js';
import { run, step } from './runs.js';

const member = (name: string, isThere = true): EnsembleMember => ({
  folder: `/w/.softprompt/prompts/${name}`,
  name,
  isThere,
});
const ensemble = (change: Partial<Ensemble> = {}): Ensemble => ({
  name: 'five',
  created: '2026-11-21T10:45:01.000Z',
  members: ['a', 'b', 'c'].map((name) => member(name)),
  vote: 'majority',
  ...change,
});
const score = (value: number, gain: number) => ({ value, gain, gainInterval: { low: gain - 0.01, high: gain + 0.01 } });
const results: NonNullable<Ensemble['results']> = {
  file: '/w/data/dev.tsv',
  date: '2026-11-21T11:00:00.000Z',
  rows: 872,
  members: [0.87, 0.86, 0.88],
  mean: 0.87,
  best: 0.88,
  votes: { majority: score(0.885, 0.015), mean: score(0.89, 0.02), weighted: score(0.868, -0.002) },
};
const training = (name: string, state: 'queued' | 'running') =>
  run(state, { status: { ...run(state).status, name }, events: state === 'running' ? [step(400)] : [] });
const entry = (of: Ensemble, runs: Parameters<typeof ensembleEntry>[1] = []) =>
  ensembleEntry(of, runs, '/w/.softprompt/ensembles/five', 'en');

describe('an ensemble’s row', () => {
  it('before its first run says how many they are', () => {
    expect(entry(ensemble())).toMatchObject({
      label: 'five',
      description: '3 members',
      spoken: 'five, 3 members',
      contextValue: 'ensemble whole canRun',
    });
  });

  it('shows the score by its vote, and how far it is over the mean', () => {
    const { description, spoken, contextValue, card } = entry(ensemble({ results }));
    expect(description).toBe('88.5 % · +1.5 over mean · 3 members');
    expect(spoken).toBe(
      'five, 88.5 % accuracy by majority, +1.5 over the members’ mean (95 %: +0.5 … +2.5), 3 members',
    );
    expect(contextValue).toBe('ensemble whole canRun results');
    expect(card.facts).toContainEqual(['On', expect.stringMatching(/^dev\.tsv, 872 rows, .*2026/)]);
    expect(entry(ensemble({ results, vote: 'weighted' })).description).toBe('86.8 % · −0.2 over mean · 3 members');
  });

  it('counts members that are still trained, and those that are gone, and cannot be run then', () => {
    const members = [member('a'), member('b', false), member('c', false)];
    const coming = entry(ensemble({ members }), [training('b', 'running'), training('c', 'queued')]);
    expect(coming).toMatchObject({ description: '1 of 3 trained', contextValue: 'ensemble whole' });
    expect(entry(ensemble({ members, results })).description).toBe('88.5 % · +1.5 over mean · 2 of 3 members gone');
    expect(entry(ensemble({ members: [member('a')] })).contextValue).toBe('ensemble whole');
  });
});

describe('a member’s row', () => {
  it('shows what it scored, how far its training is, or that it is gone', () => {
    const words = (of: EnsembleMember, value?: number, runs: Parameters<typeof memberState>[1] = []): string =>
      memberEntry(of, memberState(of, runs), value).description;
    expect(words(member('a'), 0.872)).toBe('87.2 %');
    expect(words(member('a'))).toBe('');
    expect(words(member('b', false), undefined, [training('b', 'running')])).toBe('Running · 50 %');
    expect(words(member('b', false), undefined, [training('b', 'queued')])).toBe('waits for its turn');
    expect(words(member('b', false), 0.86, [run('failed')])).toBe('gone');
    expect(memberEntry(member('b', false), { kind: 'gone' }, undefined).card.sentences?.[0]).toMatch(
      /renamed or deleted/,
    );
  });
});
