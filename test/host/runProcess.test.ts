import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectToRun } from '../../src/host/process/runConnection.js';
import { noteDeath, startRun } from '../../src/host/process/startRun.js';
import { openEventTail } from '../../src/host/runs/eventTail.js';
import { runFile } from '../../src/store/runFiles.js';
import { createRun, queueRun, readRun, type Run } from '../../src/store/runFolder.js';
import { readRunProcess, writeRunProcess } from '../../src/store/runProcess.js';
import { ownHome, shortRecipe } from '../support/trainedRuns.js';

/** The real training process, as the extension starts it. */
const settings = { node: process.execPath, extensionFolder: resolve('.'), unwatched: 'pause' } as const;
/** The process gives way to all others, of which a machine may have many. */
const patience = { timeout: 90_000, interval: 50 };
let home: string;
beforeAll(async () => {
  home = await ownHome('process');
});
afterAll(() => rm(home, { recursive: true }));

const state = async (folder: string): Promise<Run['state']> => (await readRun(folder)).state;
const steps = async (folder: string): Promise<number> => {
  const tail = openEventTail(runFile(folder, 'events'));
  await tail.read();
  return tail.events.filter((event) => event.type === 'step').length;
};
/** A run's process, which the run's status may not name yet: a signal to its zero would reach every process of the tests. */
async function processOf(folder: string) {
  const description = await readRunProcess(folder);
  if (!description) throw new Error('no process');
  return description;
}
const promptBytes = (store: string) => readFile(join(store, 'prompts', 'short', 'adapter_model.safetensors'));

async function start(store: string, training?: object) {
  const folder = await createRun(store, shortRecipe(training), 0);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    void startRun(folder, settings, resolve);
  });
  return { folder, ended };
}
async function attach(folder: string) {
  let changes = 0;
  let connection: Awaited<ReturnType<typeof connectToRun>>;
  await expect
    .poll(async () => {
      connection = await connectToRun(folder, { onChange: () => changes++, onClose: () => undefined });
      return connection !== undefined;
    }, patience)
    .toBe(true);
  if (!connection) throw new Error('no connection');
  return { connection, changes: () => changes };
}

describe('a run’s process', { timeout: 180_000 }, () => {
  it('trains what waits in a folder, tells its watchers, and is gone when it has saved', async () => {
    const store = join(home, 'whole');
    const { folder, ended } = await start(store);
    const { connection, changes } = await attach(folder);
    await ended;
    connection.dispose();
    expect(await state(folder)).toBe('finished');
    expect(changes()).toBeGreaterThan(3);
    expect((await promptBytes(store)).length).toBeGreaterThan(0);
  });

  it('pauses, goes on and stops when it is asked to', async () => {
    const { folder, ended } = await start(join(home, 'asked'), { maxSteps: 100_000 });
    const { connection } = await attach(folder);
    await expect.poll(() => steps(folder), patience).toBeGreaterThan(2);
    await connection.pause();
    await expect.poll(() => state(folder), patience).toBe('paused');
    const paused = await steps(folder);
    expect(await steps(folder)).toBe(paused);
    await connection.continue();
    await expect.poll(() => steps(folder), patience).toBeGreaterThan(paused);
    await connection.stop();
    await ended;
    connection.dispose();
    expect(await state(folder)).toBe('stopped');
  });

  it('answers nobody who does not know its token', async () => {
    const { folder, ended } = await start(join(home, 'token'), { maxSteps: 100_000 });
    const { connection } = await attach(folder);
    // Before its first step it clears its folder of what killed writers left there, for which it would take what is written here.
    await expect.poll(() => steps(folder), patience).toBeGreaterThan(0);
    const description = await processOf(folder);
    await writeRunProcess(folder, { ...description, token: 'x'.repeat(description.token.length) });
    expect(await connectToRun(folder, { onChange: () => undefined, onClose: () => undefined })).toBeUndefined();
    await connection.stop();
    await ended;
    connection.dispose();
  });

  it('leaves nobody waiting for an answer when it is killed', async () => {
    const { folder, ended } = await start(join(home, 'silent'), { maxSteps: 100_000 });
    const { connection } = await attach(folder);
    const { pid } = await processOf(folder);
    process.kill(pid, 'SIGSTOP');
    const attaching = connectToRun(folder, { onChange: () => undefined, onClose: () => undefined });
    const pausing = expect(connection.pause()).rejects.toMatchObject({ code: 'run.notReachable' });
    process.kill(pid, 'SIGKILL');
    await ended;
    await pausing;
    expect(await attaching).toBeUndefined();
  });

  it('that was killed has a reason, and resumes to the bytes of the undisturbed run', async () => {
    const [whole, killed] = [join(home, 'undisturbed'), join(home, 'killed')];
    await (
      await start(whole)
    ).ended;
    const { folder, ended } = await start(killed);
    await expect.poll(() => steps(folder), patience).toBeGreaterThan(10);
    process.kill((await processOf(folder)).pid, 'SIGKILL');
    const signal = await ended;
    expect(await state(folder)).toBe('interrupted');
    await noteDeath(folder, signal);
    const { status } = await readRun(folder);
    expect(status).toMatchObject({ state: 'failed', error: { code: 'run.killed', args: { signal: 'SIGKILL' } } });
    await queueRun(folder);
    await new Promise((resolve) => void startRun(folder, settings, resolve));
    expect(await state(folder)).toBe('finished');
    expect(await promptBytes(killed)).toEqual(await promptBytes(whole));
  });
});
