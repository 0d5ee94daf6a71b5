import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { deletePrompt, findPrompt, findRun, listPrompts, listRuns, restorePrompt } from '../../src/store/catalogue.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { runFile } from '../../src/store/runFiles.js';
import { claimRun, createRun, readRun, runId, writeRunStatus } from '../../src/store/runFolder.js';
import { expectRejection } from '../data/expectError.js';
import { configOf } from '../support/prompts.js';

let store: string;
beforeEach(async () => {
  store = join(await mkdtemp(join(tmpdir(), 'softprompt-runs-')), '.softprompt');
});
afterEach(async () => {
  await rm(join(store, '..'), { recursive: true, force: true });
});

const recipe = parseRecipe('{ "data": { "train": "train.jsonl" } }', 'tickets.softprompt.json');
const request = { name: 'tickets', recipe, recipeFile: join(tmpdir(), 'tickets.softprompt.json') };
/** Local time, as run ids are. */
const noon = new Date(2026, 10, 21, 12, 0, 5);
const later = new Date(2026, 10, 21, 12, 30, 0);
/** Above the highest that any system gives to a process. */
const deadPid = 2 ** 30;

const prompt = {
  config: configOf({
    baseModel: 'm',
    numVirtualTokens: 1,
    hiddenSize: 2,
    numLayers: 1,
    numAttentionHeads: 1,
  }),
  embeddings: { shape: [1, 2], data: new Float32Array([1, 2]) },
};
const saved = (name: string): Promise<void> => savePrompt(join(store, 'prompts', name), prompt);

describe('a run’s folder', () => {
  it('has an id that a person can read', () => {
    expect(runId('tickets', noon)).toBe('tickets-20261121-120005');
  });

  it('keeps its recipe and belongs to this process', async () => {
    const folder = await createRun(store, request, process.pid, noon);
    expect(folder).toBe(join(store, 'runs', 'tickets-20261121-120005'));
    expect(await readRun(folder)).toEqual({
      id: 'tickets-20261121-120005',
      folder,
      recipe,
      status: {
        name: 'tickets',
        recipeFile: request.recipeFile,
        started: noon.toISOString(),
        state: 'queued',
        pid: process.pid,
      },
      state: 'queued',
    });
    expect(await readdir(store)).toEqual(['.gitignore', 'runs']);
  });

  it('is another for every run, also within a second', async () => {
    const folders = await Promise.all([1, 2, 3].map(() => createRun(store, request, process.pid, noon)));
    expect(folders.map((folder) => folder.slice(store.length)).sort()).toEqual([
      join('/runs', 'tickets-20261121-120005'),
      join('/runs', 'tickets-20261121-120005-2'),
      join('/runs', 'tickets-20261121-120005-3'),
    ]);
  });

  it('is interrupted where its process is gone, and can be claimed then; not while another process runs it', async () => {
    const folder = await createRun(store, request, process.pid, noon);
    const { status } = await readRun(folder);
    await writeRunStatus(folder, { ...status, pid: deadPid, error: { code: 'store.noSpace', args: { file: 'f' } } });
    expect((await readRun(folder)).state).toBe('interrupted');
    await writeFile(join(folder, '.checkpoint.safetensors.0123456789ab.tmp'), 'half of it');
    expect((await claimRun(folder)).state).toBe('queued');
    expect(await readdir(folder)).toEqual(['recipe.json', 'status.json']);
    expect((await readRun(folder)).status).toEqual(status);
    await writeRunStatus(folder, { ...status, pid: process.ppid });
    await expectRejection(claimRun(folder), 'store.runInUse', { run: 'tickets-20261121-120005', pid: process.ppid });
  });

  it('says what is damaged', async () => {
    const folder = await createRun(store, request, process.pid, noon);
    await writeFile(runFile(folder, 'status'), '{"name":"a"}');
    await expect(readRun(folder)).rejects.toMatchObject({
      code: 'store.badRun',
      args: { file: runFile(folder, 'status'), found: expect.stringContaining('recipeFile') },
    });
  });
});

describe('listRuns and findRun', () => {
  it('give the newest first, and a damaged one without losing the others', async () => {
    const first = await createRun(store, request, process.pid, noon);
    const second = await createRun(store, { ...request, name: 'a' }, process.pid, later);
    await mkdir(join(store, 'runs', 'zero'));
    const listed = await listRuns(store);
    expect(listed.map(({ folder }) => folder)).toEqual([second, first, join(store, 'runs', 'zero')]);
    expect(listed.map((run) => ('damage' in run ? run.damage.code : run.value.state))).toEqual([
      'queued',
      'queued',
      'store.fileMissing',
    ]);
  });

  it('find the newest that can be resumed, or the one that is named', async () => {
    await expectRejection(findRun(store, undefined, store), 'store.noRun', { run: '', store });
    const stopped = await createRun(store, request, process.pid, noon);
    await writeRunStatus(stopped, { ...(await readRun(stopped)).status, state: 'stopped' });
    const finished = await createRun(store, request, process.pid, later);
    await writeRunStatus(finished, { ...(await readRun(finished)).status, state: 'finished' });
    expect(await findRun(store, undefined, store)).toBe(stopped);
    expect(await findRun(store, 'tickets-20261121-123000', store)).toBe(finished);
    expect(await findRun(store, 'runs/tickets-20261121-120005', store)).toBe(stopped);
    await expectRejection(findRun(store, 'nix', store), 'store.noRun', { run: 'nix', store });
  });
});

describe('listPrompts and findPrompt', () => {
  it('list prompts by name, a damaged one as damaged, and none that is being written', async () => {
    expect(await listPrompts(store)).toEqual([]);
    await saved('b');
    await saved('a');
    await mkdir(join(store, 'prompts', 'broken'));
    await mkdir(join(store, 'prompts', '.c.0123456789ab.tmp'));
    const listed = await listPrompts(store);
    expect(listed.map((p) => ('value' in p ? p.value.name : p.damage.code))).toEqual(['a', 'b', 'store.notAPrompt']);
  });

  it('find one by name or path, and say which there are', async () => {
    await saved('tickets');
    const folder = join(store, 'prompts', 'tickets');
    expect(await findPrompt(store, 'tickets', '/')).toBe(folder);
    expect(await findPrompt(store, 'prompts/tickets', store)).toBe(folder);
    await expectRejection(findPrompt(store, 'tikets', '/'), 'store.noPrompt', {
      prompt: 'tikets',
      store,
      known: 'tickets',
      nearest: 'tickets',
    });
    await expectRejection(findPrompt(store, 'prompts', store), 'store.notAPrompt', { folder: join(store, 'prompts') });
  });
});

describe('deletePrompt and restorePrompt', () => {
  it('move a prompt to the trash and back', async () => {
    await saved('tickets');
    const deleted = await deletePrompt(store, 'tickets', noon);
    expect(deleted).toBe(join(store, 'trash', 'tickets-20261121-120005'));
    expect(await listPrompts(store)).toEqual([]);
    await saved('tickets');
    await expectRejection(restorePrompt(store, deleted), 'store.promptExists', {
      prompt: 'tickets',
      folder: join(store, 'prompts', 'tickets'),
    });
    const again = await deletePrompt(store, 'tickets', noon);
    expect(again).toBe(`${deleted}-2`);
    expect(await restorePrompt(store, deleted)).toBe(join(store, 'prompts', 'tickets'));
    expect(await readdir(join(store, 'trash'))).toEqual(['tickets-20261121-120005-2']);
    expect((await listPrompts(store)).map(({ folder }) => folder)).toEqual([join(store, 'prompts', 'tickets')]);
  });

  it('touch nothing outside the store’s prompts', async () => {
    await saved('tickets');
    for (const name of ['../prompts', '.', 'nix', join(store, 'prompts', 'tickets')]) {
      await expect(deletePrompt(store, name)).rejects.toMatchObject({ code: 'store.noPrompt' });
    }
    await expect(restorePrompt(store, join(store, 'trash', 'nix'))).rejects.toMatchObject({ code: 'store.noPrompt' });
    expect((await listPrompts(store)).map(({ folder }) => folder)).toEqual([join(store, 'prompts', 'tickets')]);
  });
});
