import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  deletePrompt,
  findPrompt,
  findPrompts,
  freePromptName,
  listGroupSets,
  listPrompts,
  renamePrompt,
  restorePrompt,
} from '../../src/store/catalogue.js';
import { placeOfGroup, readGroupSet, readGroupVectors, saveGroupSet } from '../../src/store/groupSet.js';
import { loadPrompt } from '../../src/store/promptFolder.js';
import { exportGroup, takeOutGroup } from '../../src/store/promptTransfer.js';
import { groupSet } from '../support/prompts.js';

let store: string;
let folder: string;
beforeEach(async () => {
  store = await mkdtemp(join(tmpdir(), 'softprompt-group-set-'));
  folder = join(store, 'prompts', 'users');
  await saveGroupSet(folder, groupSet, ({ group }) =>
    Promise.resolve(Float32Array.from({ length: 6 }, (_, i) => (group === 'bo' ? 10 + i : i))),
  );
});
afterEach(() => rm(store, { recursive: true }));

it('gives back what was saved, and the vectors of one group alone', async () => {
  const read = await readGroupSet(folder);
  expect(read).toEqual(groupSet);
  const found = await readGroupVectors(folder, read, [placeOfGroup(read, 'bo')]);
  expect(found).toEqual([{ shape: [2, 3], data: Float32Array.of(10, 11, 12, 13, 14, 15) }]);
  expect(() => placeOfGroup(read, 'adda')).toThrow(expect.objectContaining({ code: 'store.noGroup' }) as Error);
});

it('stands beside the prompts, under names of its own, and is renamed, deleted and restored as they are', async () => {
  expect(await listPrompts(store)).toEqual([]);
  expect(await listGroupSets(store)).toEqual([{ folder, value: groupSet }]);
  expect(await freePromptName(store, 'users')).toBe('users-2');
  expect(await findPrompts(store, 'users', store)).toBe(folder);
  await expect(findPrompt(store, 'users', store)).rejects.toMatchObject({
    code: 'store.isGroupSet',
    args: { prompt: 'users', column: 'user', groups: 2 },
  });
  const renamed = await renamePrompt(store, 'users', 'people');
  expect((await readGroupSet(renamed)).name).toBe('people');
  const deleted = await deletePrompt(store, 'people');
  expect(await listGroupSets(store)).toEqual([]);
  expect(await restorePrompt(store, deleted)).toBe(renamed);
});

it('says what is damaged, and takes no other with it', async () => {
  const file = join(folder, 'groups.safetensors');
  await writeFile(file, (await readFile(file)).subarray(0, -4));
  await expect(readGroupSet(folder)).rejects.toMatchObject({ code: 'store.badSafetensors' });
  const other = join(store, 'prompts', 'whole');
  await saveGroupSet(other, groupSet, () => Promise.resolve(new Float32Array(6)));
  const index = join(other, 'groups.json');
  expect((await listGroupSets(store)).map((listed) => 'value' in listed)).toEqual([false, true]);
  const text = JSON.parse(await readFile(index, 'utf8')) as { groups: unknown[] };
  await writeFile(index, JSON.stringify({ ...text, groups: text.groups.slice(1) }));
  await expect(readGroupSet(other)).rejects.toMatchObject({
    code: 'store.badGroups',
    args: { found: 'prompt_embeddings [2, 2, 3]', expected: 'prompt_embeddings [1, 2, 3]' },
  });
});

it('gives out the prompt of one group as a prompt like any other, without the recipe that would train all', async () => {
  for (const path of [
    await exportGroup(folder, 'bo', join(store, 'out'), 'peft'),
    await takeOutGroup(store, folder, 'bo'),
  ]) {
    const { embeddings, details, recipe, config } = await loadPrompt(path);
    expect(embeddings.data).toEqual(Float32Array.of(10, 11, 12, 13, 14, 15));
    expect(config).toEqual(groupSet.config);
    expect(details).toMatchObject({
      name: 'users-bo',
      data: { rows: { train: 4, dev: 0 } },
      training: { bestStep: 40 },
    });
    expect(recipe).toBeUndefined();
  }
  expect((await listPrompts(store)).map((listed) => listed.folder)).toEqual([join(store, 'prompts', 'users-bo')]);
});
