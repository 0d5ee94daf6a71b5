import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events.js';
import { listGroupSets, listPrompts, listRuns } from '../../src/store/catalogue.js';
import { readEvents } from '../../src/store/eventLog.js';
import { readGroupSet, readGroupVectors } from '../../src/store/groupSet.js';
import { exportGroup } from '../../src/store/promptTransfer.js';
import { runFile } from '../../src/store/runFiles.js';
import { resume, train } from '../../src/training/run.js';
import { groupedRecipe, rowsOfUsers, writeRows } from '../support/groupedRows.js';

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
