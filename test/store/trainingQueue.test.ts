import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeTurn } from '../../src/store/trainingQueue.js';

const never = new AbortController().signal;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-queue-'));
});
afterEach(() => rm(folder, { recursive: true }));

const take = (name: string, signal = never, onWait: (holder: string) => void = () => undefined) =>
  takeTurn({ folder, device: 'cpu', name, onWait }, signal);

it('gives the turn to one after the other, in the order of asking', async () => {
  const order: string[] = [];
  const first = await take('first');
  const waitedFor: string[] = [];
  const second = take('second', never, (holder) => waitedFor.push(holder)).then((turn) => {
    order.push('second');
    return turn;
  });
  await expect.poll(() => waitedFor).toEqual(['first']);
  order.push('first is done');
  await first?.release();
  await (await second)?.release();
  expect(order).toEqual(['first is done', 'second']);
  expect(await readdir(join(folder, 'cpu'))).toEqual([]);
});

it('does not wait for another device', async () => {
  const turn = await take('first');
  const other = await takeTurn({ folder, device: 'cuda', name: 'other', onWait: () => undefined }, never);
  expect(other).toBeDefined();
  await turn?.release();
  await other?.release();
});

it('passes over what killed processes left, whatever they were doing', async () => {
  const { pid } = spawnSync('true');
  const first = await take('first');
  await first?.release();
  await writeFile(join(folder, 'cpu', `ticket-000000001-${pid}`), 'dead');
  await writeFile(join(folder, 'cpu', `choosing-${pid}`), '');
  const turn = await take('second');
  expect(turn).toBeDefined();
  await turn?.release();
});

it('leaves the queue where the signal aborts', async () => {
  const first = await take('first');
  const stop = new AbortController();
  const second = take('second', stop.signal, () => stop.abort());
  expect(await second).toBeUndefined();
  expect((await readdir(join(folder, 'cpu'))).length).toBe(1);
  await first?.release();
});
