import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reportRun } from '../../src/cli/progress.js';
import type { Work } from '../../src/cli/work.js';
import { saveGroupSet } from '../../src/store/groupSet.js';
import { commandLine } from '../support/commandLine.js';
import { groupSet } from '../support/prompts.js';

let folder: string;
let asked: unknown[];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-cli-groups-')));
  asked = [];
  await saveGroupSet(join(folder, '.softprompt', 'prompts', 'users'), groupSet, ({ group }) =>
    Promise.resolve(new Float32Array(6).fill(group === 'bo' ? 2 : 1)),
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const softprompt = (argv: readonly string[], work: Partial<Work> = {}) => commandLine(folder, argv, { work });

it('lists the sets, the groups of one, and those whose names hold some letters', async () => {
  expect((await softprompt(['groups'])).out).toMatch(/users +by user +2/);
  const { out } = await softprompt(['groups', 'users']);
  expect(out).toContain('ada');
  expect(out).toContain('87.5 %');
  expect(out).toContain('2 of 2 groups');
  const found = await softprompt(['groups', 'users', '--find', 'B', '--json']);
  expect(
    found.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toMatchObject([{ type: 'group', prompt: 'users', column: 'user', group: 'bo', rows: { train: 4, dev: 0 } }]);
});

it('exports the prompt of one group, as an adapter and as plain vectors', async () => {
  const { exitCode, out } = await softprompt(['export', 'users', 'out', '--group', 'bo']);
  expect(exitCode).toBe(0);
  expect(out).toContain(join('out', 'users-bo'));
  const config = JSON.parse(await readFile(join(folder, 'out', 'users-bo', 'adapter_config.json'), 'utf8')) as object;
  expect(config).toMatchObject({ peft_type: 'PROMPT_TUNING', num_virtual_tokens: 2 });
  const bytes = await readFile(join(folder, 'out', 'users-bo', 'adapter_model.safetensors'));
  expect([...new Float32Array(new Uint8Array(bytes.subarray(-24)).buffer)]).toEqual([2, 2, 2, 2, 2, 2]);
  expect((await softprompt(['export', 'users', '.', '--group', 'bo', '--format', 'npy'])).exitCode).toBe(0);
});

it('says what to do where one prompt is wanted and there are many, or the other way round', async () => {
  const one = await softprompt(['export', 'users', 'out']);
  expect(one.exitCode).toBe(2);
  expect(one.err).toContain('softprompt export users FOLDER --group NAME');
  expect((await softprompt(['interpret', 'users'])).err).toContain('one for each user');
  expect((await softprompt(['export', 'users', 'out', '--group', 'boo'])).err).toContain('Did you mean "bo"?');
});

it('evaluates and trains with groups as it is told', async () => {
  const evaluate: Work['evaluate'] = (request) => {
    asked.push(request);
    return Promise.reject(new Error('enough'));
  };
  await softprompt(['evaluate', 'users', 'test.jsonl', '--unknown-groups', 'bare'], { evaluate });
  const train: Work['train'] = (request) => {
    asked.push(request);
    return Promise.resolve({ folder, reason: 'finished' });
  };
  const options = ['--template', '{text}', '--target', '{answer}', '--group-by', 'user'];
  const refused = await softprompt(['train', '--data', 'rows.csv', ...options], { train });
  expect(refused.err).toContain('data.labels');
  await softprompt(['train', '--data', 'rows.csv', '--preset', 'sst2', '--group-by', 'user'], { train });
  expect(asked).toMatchObject([
    { promptFolder: join(folder, '.softprompt', 'prompts', 'users'), unknownGroups: 'bare' },
    { recipe: { groupBy: 'user', data: { preset: 'sst2' } } },
  ]);
  const seeds = ['train', '--data', 'rows.csv', '--preset', 'sst2', '--group-by', 'user', '--seeds', '1-2'];
  expect((await softprompt(seeds, { train })).err).toContain('Leave out --seeds');
});

it('says which group of how many is trained, and how they score', () => {
  const report = reportRun(() => ({ columns: 120, live: false, colour: false }));
  const place = { group: 'bo', number: 2, of: 3 };
  const started = report.add({
    type: 'start',
    run: 'r',
    prompt: 'users',
    model: 'm',
    method: 'PROMPT_TUNING',
    device: 'cpu',
    threads: 1,
    trainable: 10,
    modelParameters: 1000,
    steps: 30,
    resumedAt: 0,
    groups: { column: 'user', count: 3 },
  });
  expect(started.join('\n')).toContain('10 steps\nOne prompt for each user, on its own rows alone: 3');
  report.add({
    type: 'step',
    step: 12,
    epoch: 1,
    loss: 1,
    smoothedLoss: 1,
    learningRate: 1,
    gradientNorm: 1,
    examplesPerSecond: 1,
    tokensPerSecond: 1,
    secondsLeft: 9,
    memoryMb: 1,
    group: place,
  });
  expect(report.status()).toMatch(/^2\/3 bo {2}step 12\/30/);
  const score = { metric: 'accuracy', value: 0.5 } as const;
  expect(report.add({ type: 'group', step: 20, rows: { train: 8, dev: 2 }, score, seconds: 1, ...place })).toEqual([
    '2/3 bo: 8 training rows, dev accuracy 50.0 %',
  ]);
  const end = report
    .add({ type: 'end', reason: 'finished', step: 30, bestStep: 30, seconds: 60, folder: 'f' })
    .join('\n');
  expect(end).toContain('the prompts of 3 groups');
  expect(end).toContain('mean 50.0 %');
  expect(end).toContain('softprompt groups users');
});
