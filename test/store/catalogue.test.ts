import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import {
  deleteRun,
  freePromptName,
  listPrompts,
  listRuns,
  renamePrompt,
  restoreRun,
} from '../../src/store/catalogue.js';
import { loadPrompt, savePrompt } from '../../src/store/promptFolder.js';
import { runFile } from '../../src/store/runFiles.js';
import { runId, writeRunStatus, type RunStatus } from '../../src/store/runFolder.js';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { expectRejection } from '../data/expectError.js';
import { plainPrompt, promptDetails } from '../support/prompts.js';

let store: string;
beforeEach(async () => {
  store = join(await mkdtemp(join(tmpdir(), 'softprompt-catalogue-')), '.softprompt');
});
afterEach(async () => {
  await rm(join(store, '..'), { recursive: true, force: true });
});

const noon = new Date(2026, 10, 21, 12, 0, 5);
const place = (name: string): string => join(store, 'prompts', name);
const save = (name: string): Promise<void> =>
  savePrompt(place(name), { ...plainPrompt, details: { ...promptDetails, name } });

describe('renamePrompt', () => {
  it('renames folder, details and card, and nothing else', async () => {
    await save('tickets');
    const before = await readFile(join(place('tickets'), 'README.md'), 'utf8');
    expect(await renamePrompt(store, 'tickets', 'queues')).toBe(place('queues'));
    expect(await readdir(join(store, 'prompts'))).toEqual(['queues']);
    expect(await loadPrompt(place('queues'))).toEqual({
      ...plainPrompt,
      details: { ...promptDetails, name: 'queues' },
    });
    expect(await readFile(join(place('queues'), 'README.md'), 'utf8')).toBe(before.replace('# tickets', '# queues'));
  });

  it('renames a prompt of PEFT, which knows no name', async () => {
    await savePrompt(place('adapter'), plainPrompt);
    await renamePrompt(store, 'adapter', 'mine');
    expect((await listPrompts(store)).map((p) => 'value' in p && p.value.name)).toEqual(['mine']);
  });

  it('changes a name’s case, and takes no name that differs from another’s in case alone', async () => {
    await save('tickets');
    await save('other');
    await expectRejection(renamePrompt(store, 'other', 'Tickets'), 'store.promptExists', {
      prompt: 'tickets',
      folder: place('Tickets'),
    });
    await renamePrompt(store, 'tickets', 'Tickets');
    expect(await readdir(join(store, 'prompts'))).toEqual(['Tickets', 'other']);
  });

  it('refuses what is no name, and a prompt that is not there', async () => {
    await save('tickets');
    for (const name of ['', '../up', 'a b', '.hidden', 'x'.repeat(101)]) {
      await expectRejection(renamePrompt(store, 'tickets', name), 'store.badName', { name });
    }
    await expect(renamePrompt(store, '../prompts', 'a')).rejects.toMatchObject({ code: 'store.noPrompt' });
    expect(await readdir(join(store, 'prompts'))).toEqual(['tickets']);
  });

  it('leaves a prompt whose details cannot be changed under its old name', async () => {
    await save('tickets');
    await writeFileAtomic(join(place('tickets'), 'softprompt.json'), '{ "half":');
    await expect(renamePrompt(store, 'tickets', 'queues')).rejects.toMatchObject({ code: 'store.badPrompt' });
    expect(await readdir(join(store, 'prompts'))).toEqual(['tickets']);
  });
});

describe('freePromptName', () => {
  it('counts on where a name is taken, in any case', async () => {
    expect(await freePromptName(store, 'tickets')).toBe('tickets');
    await save('Tickets');
    await save('tickets-2');
    expect(await freePromptName(store, 'tickets')).toBe('tickets-3');
  });
});

describe('deleteRun and restoreRun', () => {
  /** Above the highest that any system gives to a process. */
  const deadPid = 2 ** 30;
  const id = runId('tickets', noon);
  const makeRun = async (state: RunStatus['state'], pid: number): Promise<string> => {
    const folder = join(store, 'runs', id);
    const recipe = parseRecipe('{ "data": { "train": "train.jsonl" } }', 'tickets.softprompt.json');
    await writeFileAtomic(runFile(folder, 'recipe'), JSON.stringify(recipe));
    await writeRunStatus(folder, {
      name: 'tickets',
      recipeFile: join(store, 'tickets.softprompt.json'),
      started: noon.toISOString(),
      state,
      pid,
    });
    return folder;
  };

  it('move a run to the trash and back', async () => {
    const folder = await makeRun('finished', deadPid);
    const deleted = await deleteRun(store, id, noon);
    expect(deleted).toBe(join(store, 'trash', `${id}-20261121-120005`));
    expect(await listRuns(store)).toEqual([]);
    expect(await restoreRun(store, deleted)).toBe(folder);
    expect((await listRuns(store)).map((run) => run.folder)).toEqual([folder]);
    expect(await readdir(join(store, 'trash'))).toEqual([]);
  });

  it('spare a run that lives', async () => {
    for (const state of ['queued', 'running', 'paused'] as const) {
      await makeRun(state, process.pid);
      await expectRejection(deleteRun(store, id), 'store.runInUse', { run: id, pid: process.pid });
    }
    await makeRun('running', deadPid);
    await deleteRun(store, id);
    expect(await listRuns(store)).toEqual([]);
  });

  it('take a damaged run too, and nothing outside the store’s runs', async () => {
    await mkdir(join(store, 'runs', 'broken'), { recursive: true });
    await deleteRun(store, 'broken', noon);
    expect(await readdir(join(store, 'runs'))).toEqual([]);
    await expectRejection(deleteRun(store, '../runs'), 'store.noRun', { run: '../runs', store });
    await expect(restoreRun(store, join(store, 'trash', 'nix'))).rejects.toMatchObject({ code: 'store.noRun' });
  });
});
