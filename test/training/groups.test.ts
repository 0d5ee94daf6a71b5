import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatePrompt, type EvaluateRequest } from '../../src/evaluation/evaluatePrompt.js';
import type { RunEvent } from '../../src/protocol/events.js';
import { listGroupSets, listPrompts, listRuns } from '../../src/store/catalogue.js';
import { readEvents } from '../../src/store/eventLog.js';
import { readGroupSet, readGroupVectors } from '../../src/store/groupSet.js';
import { exportGroup, takeOutGroup } from '../../src/store/promptTransfer.js';
import { runFile } from '../../src/store/runFiles.js';
import { resume, train } from '../../src/training/run.js';
import { recipeSchema } from '../../src/protocol/recipe.js';
import { groupedRecipe, rowsOfUsers, writeRows } from '../support/groupedRows.js';
import { writeMasked } from '../support/maskedFolder.js';
import { writeT5Folder } from '../support/tinyT5.js';

const never = new AbortController().signal;
const ignore = (): void => undefined;
const users = ['ada', 'bo', 'cy'];
let folder: string;
let cacheFolder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-groups-'));
  cacheFolder = join(folder, 'cache');
  await writeRows(join(folder, 'train.jsonl'), rowsOfUsers(users, 10));
  await writeRows(join(folder, 'dev.jsonl'), rowsOfUsers(users, 2, 1));
  await writeRows(join(folder, 'test.jsonl'), rowsOfUsers(users, 3, 2));
});
afterAll(() => rm(folder, { recursive: true }));

const trainAll = (
  store: string,
  change: Parameters<typeof groupedRecipe>[1] = {},
  onEvent: (e: RunEvent) => void = ignore,
  signal = never,
) =>
  train(
    { ...groupedRecipe(folder, change), store: join(folder, store), cacheFolder, besideOthers: true },
    onEvent,
    signal,
  );

let heldOnce: Promise<Record<string, string>> | undefined;
/** The vectors of all three, trained without a dev file, once for several tests. */
const held = (): Promise<Record<string, string>> =>
  (heldOnce ??= trainAll('held').then(({ folder: saved }) => vectors(saved)));

/** Each group's vectors, as hexadecimal. */
async function vectors(promptFolder: string): Promise<Record<string, string>> {
  const set = await readGroupSet(promptFolder);
  const found = await readGroupVectors(promptFolder, set, [...set.groups.keys()]);
  return Object.fromEntries(set.groups.map(({ group }, i) => [group, hex(found[i]?.data)]));
}
const hex = (data: Float32Array | undefined): string =>
  data ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') : '';

describe('a prompt for each user', () => {
  it('has the same bytes whether or not the rows of others exist, and wherever its own stand in the file', async () => {
    const together = await vectors((await trainAll('together', { data: { dev: 'dev.jsonl' } })).folder);
    expect(new Set(Object.values(together)).size).toBe(3);
    for (const user of users) {
      for (const [file, count, part] of [
        ['train', 10, 0],
        ['dev', 2, 1],
      ] as const) {
        const all = rowsOfUsers(users, count, part) as { user: string }[];
        await writeRows(
          join(folder, `${file}-${user}.jsonl`),
          all.filter((row) => row.user === user),
        );
      }
      const data = { train: `train-${user}.jsonl`, dev: `dev-${user}.jsonl` };
      const alone = await vectors((await trainAll(`alone-${user}`, { data })).folder);
      expect(alone).toEqual({ [user]: together[user] });
    }
  });

  it('holds out dev rows of its own rows alone', async () => {
    const together = await held();
    const data = { train: 'train-bo.jsonl' };
    expect(await vectors((await trainAll('held-bo', { data })).folder)).toEqual({ bo: together.bo });
  });

  it.each([
    ['prefix tuning', { peft_type: 'PREFIX_TUNING' }],
    ['P-tuning', { peft_type: 'P_TUNING', encoder_hidden_size: 32 }],
  ] as const)('is its own alone with %s, too', async (name, method) => {
    const change = { method: { num_virtual_tokens: 4, ...method }, training: { maxSteps: 3, learningRate: 0.01 } };
    const together = await vectors((await trainAll(`all ${name}`, change)).folder);
    const alone = await trainAll(`bo ${name}`, { ...change, data: { train: 'train-bo.jsonl' } });
    expect(await vectors(alone.folder)).toEqual({ bo: together.bo });
    expect(together.bo).not.toBe(together.ada);
  });

  it('is told with its place among the groups, and one run leaves one set with a prompt of each', async () => {
    const events: RunEvent[] = [];
    const { folder: saved, reason } = await trainAll('told', { data: { test: 'test.jsonl' } }, (e) => events.push(e));
    expect(reason).toBe('finished');
    expect(events.find((e) => e.type === 'start')).toMatchObject({ steps: 18, groups: { column: 'user', count: 3 } });
    const steps = events.flatMap((e) => (e.type === 'step' ? [e] : []));
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(steps[6]?.group).toEqual({ group: 'bo', number: 2, of: 3 });
    expect(events.flatMap((e) => (e.type === 'group' ? [[e.group, e.number, e.of, e.step, e.rows]] : []))).toEqual([
      ['ada', 1, 3, 6, { train: 8, dev: 2 }],
      ['bo', 2, 3, 12, { train: 8, dev: 2 }],
      ['cy', 3, 3, 18, { train: 8, dev: 2 }],
    ]);
    expect(events.flatMap((e) => (e.type === 'evaluation' ? [[e.split, e.baseline, e.metrics.n]] : []))).toEqual([
      ['test', false, 9],
      ['test', true, 9],
    ]);
    const store = join(folder, 'told');
    expect(await listPrompts(store)).toEqual([]);
    const [set] = await listGroupSets(store);
    expect(set?.folder).toBe(saved);
    expect(set && 'value' in set && set.value.groups.map(({ group }) => group)).toEqual(users);
    const [run] = await listRuns(store);
    expect(await readEvents(runFile(run?.folder ?? '', 'events'))).toEqual(events);
  });

  it('is trained no second time where a run is stopped in the middle of a group and resumed', async () => {
    const whole = await held();
    const stop = new AbortController();
    const stopped = await trainAll(
      'stopped',
      {},
      (e) => e.type === 'step' && e.step === 10 && stop.abort(),
      stop.signal,
    );
    expect(stopped.reason).toBe('stopped');
    expect(await vectors(stopped.folder)).toEqual({ ada: whole.ada });
    const [run] = await listRuns(join(folder, 'stopped'));
    const events: RunEvent[] = [];
    const resumed = await resume(
      { runFolder: run?.folder ?? '', cacheFolder, besideOthers: true },
      (e) => events.push(e),
      never,
    );
    expect(events.find((e) => e.type === 'start')).toMatchObject({ resumedAt: 10 });
    expect(events.flatMap((e) => (e.type === 'step' ? [e.step] : []))[0]).toBe(11);
    expect(await vectors(resumed.folder)).toEqual(whole);
    const all = await readEvents(runFile(run?.folder ?? '', 'events'));
    expect(all.flatMap((e) => (e.type === 'step' ? [e.step] : []))).toEqual(
      Array.from({ length: 18 }, (_, i) => i + 1),
    );
    expect(all.flatMap((e) => (e.type === 'group' ? [e.group] : []))).toEqual(users);
  });

  it('is kept when only others have changed, and is the ordinary adapter that its bytes say', async () => {
    const before = await held();
    const events: RunEvent[] = [];
    const rows = [...rowsOfUsers(users, 10), ...rowsOfUsers(['dee'], 10, 3)];
    await writeRows(join(folder, 'more.jsonl'), rows);
    const { folder: saved } = await trainAll('held', { data: { train: 'more.jsonl' } }, (e) => events.push(e));
    expect(events.filter((e) => e.type === 'notice')).toContainEqual({
      type: 'notice',
      code: 'groupsKept',
      args: { count: 3, total: 4 },
    });
    expect(events.flatMap((e) => (e.type === 'group' ? [e.number] : []))).toEqual([1, 2, 3, 4]);
    expect(new Set(events.flatMap((e) => (e.type === 'step' ? [e.group?.group] : [])))).toEqual(new Set(['dee']));
    expect(await vectors(saved)).toMatchObject(before);
    const adapter = await exportGroup(saved, 'bo', join(folder, 'adapters'), 'peft');
    const bytes = (await readFile(join(adapter, 'adapter_model.safetensors'))).toString('hex');
    expect(bytes.endsWith(before.bo ?? 'nothing')).toBe(true);
    await expect(exportGroup(saved, 'boo', folder, 'peft')).rejects.toMatchObject({
      code: 'store.noGroup',
      args: { nearest: 'bo' },
    });
  });

  it('must not depend on what all rows say: an unknown group is refused by its line', async () => {
    await writeRows(join(folder, 'strange.jsonl'), [...rowsOfUsers(['ada'], 1), ...rowsOfUsers(['zoe'], 1)]);
    await expect(trainAll('strange', { data: { test: 'strange.jsonl' } })).rejects.toMatchObject({
      code: 'data.untrainedGroup',
      args: { line: 2, column: 'user', group: 'zoe', rows: 1 },
    });
    await writeRows(join(folder, 'nobody.jsonl'), [...rowsOfUsers(['ada'], 1), { user: ' ', text: 'x', queue: 'y' }]);
    await expect(trainAll('nobody', { data: { train: 'nobody.jsonl' } })).rejects.toMatchObject({
      code: 'data.emptyGroup',
      args: { line: 2, column: 'user' },
    });
  });
});

describe('on models whose prompts change every row', () => {
  const rows = Array.from({ length: 24 }, (_, i) => ({
    user: users[i % 3] ?? '',
    text: `${['a', 'very', 'film'][i % 3]} ${['good', 'bad'][Math.floor(i / 3) % 2]} film ${i}`,
    label: String(Math.floor(i / 3) % 2),
  }));
  const data = { train: 'reviews.jsonl', test: 'reviews.jsonl', target: '{label}', labels: { 0: 'good', 1: 'bad' } };
  const prefix = { peft_type: 'PREFIX_TUNING', num_virtual_tokens: 3, prompt_tuning_init: 'random' } as const;
  const cases = {
    'prompt tuning of T5': ['t5', { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 3 }],
    'P-tuning of T5': ['t5', { peft_type: 'P_TUNING', num_virtual_tokens: 3, encoder_hidden_size: 8 }],
    // Of an even number of blocks, which PEFT's form holds in twice as many.
    'prefix tuning of T5': ['t5', prefix],
    'prefixes anywhere in T5': ['t5', { ...prefix, prefix_attention: ['encoder', 'cross'] }],
    'prompt tuning of BERT': ['bert', { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 3 }],
  } as const;

  it.each(Object.entries(cases))('%s: own bytes, and in mixed batches the scores of each alone', async (name, of) => {
    const [model, method] = of;
    const store = join(folder, name.replaceAll(' ', '-'));
    const path =
      model === 't5' ? await writeT5Folder(join(store, 't5'), 't5Gated') : await writeMasked(await made(store), model);
    await writeRows(join(folder, 'reviews.jsonl'), rows);
    const own = rows.filter(({ user }) => user === 'bo');
    await writeRows(join(folder, 'reviews-bo.jsonl'), own);
    const trained = async (files: object, place: string): Promise<{ folder: string; events: RunEvent[] }> => {
      const recipe = recipeSchema.parse({
        name: 'reviews',
        groupBy: 'user',
        model: path,
        data: { ...data, template: model === 't5' ? '{text} review:' : '{text} it was {mask} .', ...files },
        method,
        training: { maxSteps: 4, evalEvery: 2, batchSize: 4, learningRate: 0.1 },
        provider: 'cpu',
        threads: 1,
      });
      const events: RunEvent[] = [];
      const where = { recipeFile: join(folder, 'r.softprompt.json'), store: join(store, place), cacheFolder };
      const { folder: saved } = await train({ recipe, ...where, besideOthers: true }, (e) => events.push(e), never);
      return { folder: saved, events };
    };
    const { folder: set, events } = await trained({}, 'all');
    const together = await vectors(set);
    const bo = { train: 'reviews-bo.jsonl', test: 'reviews-bo.jsonl' };
    expect(await vectors((await trained(bo, 'bo')).folder)).toEqual({ bo: together.bo });
    expect(together.bo).not.toBe(together.ada);

    const asked = { cacheFolder, provider: 'cpu', threads: 1, baseline: false } as const;
    const evaluated = (promptFolder: string, file: string, change: Partial<EvaluateRequest> = {}) =>
      evaluatePrompt({ ...asked, promptFolder, file: { path: join(folder, file) }, ...change }, ignore, never);
    const mixed = await evaluated(set, 'reviews.jsonl');
    const [tested] = events.flatMap((e) => (e.type === 'evaluation' && e.split === 'test' && !e.baseline ? [e] : []));
    expect(tested?.metrics).toEqual(mixed.metrics);
    const alone = await evaluated(await takeOutGroup(join(store, 'all'), set, 'bo'), 'reviews-bo.jsonl');
    const ofBo = mixed.rows.filter((_, i) => rows[i]?.user === 'bo');
    expect(ofBo).toHaveLength(own.length);
    alone.rows.forEach(({ predicted, probability }, i) => {
      expect(ofBo[i]?.predicted).toBe(predicted);
      expect(Math.abs((ofBo[i]?.probability ?? 0) - probability)).toBeLessThan(1e-5);
    });
    const other = await evaluated(await takeOutGroup(join(store, 'all'), set, 'ada'), 'reviews-bo.jsonl');
    const furthest = other.rows.map(({ probability }, i) => Math.abs(probability - (alone.rows[i]?.probability ?? 0)));
    expect(Math.max(...furthest)).toBeGreaterThan(1e-4);

    // Beside the bare model, which answers for who has no prompt.
    const strange = rows.map((row) => (row.user === 'cy' ? { ...row, user: 'zoe' } : row));
    await writeRows(join(folder, 'reviews-zoe.jsonl'), strange);
    const beside = await evaluated(set, 'reviews-zoe.jsonl', { unknownGroups: 'bare', baseline: true });
    const ofZoe = beside.rows.filter((_, i) => strange[i]?.user === 'zoe');
    expect(beside.groups?.bareRows).toBe(ofZoe.length);
    beside.rows.forEach((row, i) => {
      if (strange[i]?.user !== 'zoe')
        expect(Math.abs(row.probability - (mixed.rows[i]?.probability ?? 0))).toBeLessThan(1e-5);
    });
    await writeRows(
      join(folder, 'only-zoe.jsonl'),
      strange.filter(({ user }) => user === 'zoe'),
    );
    const zoe = await evaluated(set, 'only-zoe.jsonl', { unknownGroups: 'bare', baseline: true });
    expect(zoe.metrics).toEqual(zoe.baselines.none);
    zoe.rows.forEach(({ probability }, i) =>
      expect(Math.abs(probability - (ofZoe[i]?.probability ?? 0))).toBeLessThan(1e-5),
    );
  });
});

async function made(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  return path;
}
