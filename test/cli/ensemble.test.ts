import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Work } from '../../src/cli/work.js';
import type { VoteScore } from '../../src/protocol/evaluation.js';
import { readEnsemble, saveEnsemble } from '../../src/store/ensembleFolder.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { plainPrompt } from '../support/prompts.js';
import { commandLine } from '../support/commandLine.js';

let folder: string;
let store: string;
let asked: unknown[];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-cli-')));
  store = join(folder, '.softprompt');
  asked = [];
  for (const name of ['a', 'b']) await savePrompt(place(name), plainPrompt);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});
const place = (name: string): string => join(store, 'prompts', name);

const score = (value: number): VoteScore => ({
  metrics: { n: 4, accuracy: value },
  value,
  gain: value - 0.5,
  gainInterval: { low: -0.25, high: 0.5 },
  calibration: { error: 0.0312, bins: [] },
});
const ensemble: Work['ensemble'] = (request, onProgress) => {
  asked.push(request);
  onProgress(2, 8);
  const votes = (first: string, second: string) => [
    { label: first, probability: 0.9 },
    { label: second, probability: 0.6 },
  ];
  return Promise.resolve({
    report: {
      members: request.prompts.map((prompt, i) => ({
        prompt,
        name: prompt.slice(-1),
        metrics: { n: 4, accuracy: 0.25 + i / 2 },
        value: 0.25 + i / 2,
        weight: 1,
      })),
      mean: 0.5,
      best: 0.75,
      votes: { majority: score(0.75), mean: score(0.5), weighted: score(0.25) },
      entropy: 0.4,
      disagreement: 0.12345,
      disagreed: [1, 2],
    },
    baseline: { n: 4, accuracy: 0.25 },
    rows: [
      { line: 2, expected: 'good', predicted: 'good', probability: 0.9, votes: votes('good', 'good') },
      { line: 3, expected: 'good', predicted: 'good', probability: 0.9, votes: votes('good', 'bad') },
      { line: 5, expected: 'bad', predicted: 'good', probability: 0.9, votes: votes('good', 'bad') },
      { line: 6, expected: 'bad', predicted: 'bad', probability: 0.9, votes: votes('bad', 'bad') },
    ],
  });
};

const train: Work['train'] = (request, onEvent) => {
  asked.push([request.recipe.name, request.recipe.training.seed, request.recipe.baseline]);
  const folder = place(request.recipe.name ?? '');
  onEvent({ type: 'end', reason: 'finished', step: 3, bestStep: 2, seconds: 1, folder });
  return Promise.resolve({ folder, reason: 'finished' });
};

const softprompt = (argv: string) => commandLine(folder, argv.split(' '), { work: { train, ensemble } });

describe('softprompt ensemble', () => {
  it('shows members, mean, best and every vote, and the rows they disagree on with their lines', async () => {
    const { exitCode, out } = await softprompt('ensemble test.jsonl --prompts a b');
    expect(exitCode).toBe(0);
    expect(out.split('\n')).toEqual([
      '4 rows                           accuracy  over mean  95 %',
      'no prompt                        25.0 %    −25.0',
      'a                                25.0 %    −25.0',
      'b                                75.0 %    +25.0',
      'mean                             50.0 %',
      'best                             75.0 %    +25.0',
      'ensemble, majority               75.0 %    +25.0      −25.0 … +50.0',
      'ensemble, mean probability       50.0 %    +0.0       −25.0 … +50.0',
      'ensemble, weighted by dev score  25.0 %    −25.0      −25.0 … +50.0',
      '',
      'entropy of the mean probabilities  0.400 nats a row',
      'of it disagreement of the members  0.123 nats a row',
      'expected calibration error         0.031',
      '',
      'Rows they disagree on: 2; the first of them, by majority',
      'test.jsonl:3  good bad  → good  ✓',
      'test.jsonl:5  good bad  → good  ✗ expected bad',
      '',
    ]);
    expect(asked).toEqual([
      {
        prompts: [place('a'), place('b')],
        vote: 'majority',
        file: { path: join(folder, 'test.jsonl') },
        cacheFolder: join(folder, 'home', 'cache'),
        spinning: true,
        baseline: true,
      },
    ]);
  });

  it('saves the members with what they scored', async () => {
    const options = '--prompts a b --vote mean --save both --baseline off --max-rows 4';
    const { out } = await softprompt(`ensemble test.jsonl ${options}`);
    expect(out).toContain('Saved in .softprompt/ensembles/both');
    expect(asked[0]).toMatchObject({ vote: 'mean', baseline: false, maxRows: 4 });
    expect(await readEnsemble(join(store, 'ensembles', 'both'))).toMatchObject({
      vote: 'mean',
      members: [{ name: 'a' }, { name: 'b' }],
      results: { file: join(folder, 'test.jsonl'), rows: 4, mean: 0.5, members: [0.25, 0.75] },
    });
    const again = await softprompt('ensemble test.jsonl --prompts a b --save Both');
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('another ensemble "both"') });
    expect(asked).toHaveLength(1);
  });

  it('runs a saved ensemble by its own vote, which keeps the result, and gives every row as JSON', async () => {
    const saved = await saveEnsemble(store, 'both', { prompts: [place('a'), place('b')], vote: 'weighted' });
    const { out } = await softprompt('ensemble test.jsonl --ensemble both --json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual(['row', 'row', 'row', 'row', 'scores']);
    expect(lines[1]).toMatchObject({ line: 3, votes: [{ label: 'good' }, { label: 'bad' }] });
    expect(lines.at(-1)).toMatchObject({ vote: 'weighted', report: { mean: 0.5, disagreed: [1, 2] } });
    expect((await readEnsemble(saved)).results?.best).toBe(0.75);
  });

  it('says which members are gone, which ensembles there are, and that it needs prompts', async () => {
    await saveEnsemble(store, 'both', { prompts: [place('a'), place('z')], vote: 'majority' });
    expect((await softprompt('ensemble t.jsonl --ensemble both')).err).toContain('are not there: z.');
    expect((await softprompt('ensemble t.jsonl --ensemble bath')).err).toContain('Did you mean "both"?');
    expect((await softprompt('ensemble t.jsonl --prompts a y')).err).toContain('There is no prompt "y"');
    const { exitCode, err } = await softprompt('ensemble t.jsonl');
    expect(exitCode).toBe(2);
    expect(err).toContain('name either prompts (--prompts) or a saved ensemble (--ensemble)');
    expect(asked).toEqual([]);
  });
});

describe('softprompt train --seeds', () => {
  it('trains the recipe once with each seed and saves their ensemble', async () => {
    const { exitCode, out } = await softprompt('train --data rows.jsonl --name tickets --seeds 3-5');
    expect(exitCode).toBe(0);
    expect(asked).toEqual([
      ['tickets-seed-3', 3, true],
      ['tickets-seed-4', 4, false],
      ['tickets-seed-5', 5, false],
    ]);
    expect(out).toContain('softprompt ensemble FILE --ensemble tickets-seeds');
    const { members } = await readEnsemble(join(store, 'ensembles', 'tickets-seeds'));
    expect(members.map(({ folder: of }) => of)).toEqual([3, 4, 5].map((seed) => place(`tickets-seed-${seed}`)));
  });

  it('wants a range, and no other seed beside it', async () => {
    for (const seeds of ['5', '5-1', '1-1000'])
      expect((await softprompt(`train --data a.jsonl --seeds ${seeds}`)).err).toContain('Expected seeds such as 1-5.');
    expect((await softprompt('train --data a.jsonl --seeds 1-5 --seed 2')).exitCode).toBe(2);
    expect(asked).toEqual([]);
  });
});
