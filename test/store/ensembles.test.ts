import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnsembleReport } from '../../src/protocol/evaluation.js';
import {
  changeEnsemble,
  ensembleResults,
  presentMembers,
  readEnsemble,
  saveEnsemble,
} from '../../src/store/ensembleFolder.js';
import {
  deleteEnsemble,
  findEnsemble,
  freeEnsembleName,
  listEnsembles,
  renameEnsemble,
  renameMember,
  restoreEnsemble,
} from '../../src/store/ensembles.js';
import { savePrompt } from '../../src/store/promptFolder.js';
import { expectRejection } from '../data/expectError.js';
import { plainPrompt, promptDetails } from '../support/prompts.js';

let home: string;
let store: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'softprompt-ensembles-'));
  store = join(home, '.softprompt');
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const noon = new Date(2026, 10, 21, 12, 0, 5);
const place = (name: string): string => join(store, 'prompts', name);
const savedPrompt = async (name: string, folder = place(name)): Promise<string> => {
  await savePrompt(folder, { ...plainPrompt, details: { ...promptDetails, name } });
  return folder;
};
const save = (name: string, prompts: readonly string[]): Promise<string> =>
  saveEnsemble(store, name, { prompts, vote: 'majority' }, noon);

const score = (value: number): EnsembleReport['votes']['mean'] => ({
  metrics: { n: 4, accuracy: value },
  value,
  gain: value - 0.5,
  gainInterval: { low: -0.25, high: 0.5 },
  calibration: { error: 0.1, bins: [] },
});
const report: EnsembleReport = {
  members: ['a', 'b'].map((name, i) => ({ prompt: name, name, metrics: { n: 4 }, value: 0.25 + i / 2, weight: 1 })),
  mean: 0.5,
  best: 0.75,
  votes: { majority: score(0.75), mean: score(0.5), weighted: score(1) },
  entropy: 0.4,
  disagreement: 0.1,
  disagreed: [1, 3],
};

describe('an ensemble', () => {
  it('is kept with its members relative to the store, and those outside of it by their paths', async () => {
    const outside = await savedPrompt('other', join(home, 'adapters', 'other'));
    const folder = await save('five', [await savedPrompt('a'), outside]);
    expect(JSON.parse(await readFile(join(folder, 'ensemble.json'), 'utf8'))).toEqual({
      version: 1,
      created: noon.toISOString(),
      members: ['prompts/a', outside],
      vote: 'majority',
    });
    expect(await readEnsemble(folder)).toEqual({
      name: 'five',
      created: noon.toISOString(),
      vote: 'majority',
      members: [
        { folder: place('a'), name: 'a', isThere: true },
        { folder: outside, name: 'other', isThere: true },
      ],
    });
    expect(await readFile(join(store, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('keeps its last results until its members are others', async () => {
    const folder = await save('five', [await savedPrompt('a'), await savedPrompt('b')]);
    const evaluation = join(store, 'evaluations', 'e1');
    const results = ensembleResults(report, { file: '/data/test.jsonl', rows: 4, date: noon, evaluation });
    await changeEnsemble(folder, { results });
    await changeEnsemble(folder, { vote: 'weighted' });
    expect(await readEnsemble(folder)).toMatchObject({
      vote: 'weighted',
      results: {
        file: '/data/test.jsonl',
        rows: 4,
        members: [0.25, 0.75],
        mean: 0.5,
        best: 0.75,
        votes: { weighted: { value: 1, gain: 0.5, gainInterval: { low: -0.25, high: 0.5 } } },
        evaluation,
      },
    });
    expect(await readFile(join(folder, 'ensemble.json'), 'utf8')).toContain('"evaluation": "evaluations/e1"');
    await changeEnsemble(folder, { prompts: [place('a'), await savedPrompt('c')] });
    expect((await readEnsemble(folder)).results).toBeUndefined();
  });

  it('says by name which of its members are gone', async () => {
    const folder = await save('five', [await savedPrompt('a'), place('b'), place('c')]);
    const ensemble = await readEnsemble(folder);
    expect(ensemble.members.map(({ isThere }) => isThere)).toEqual([true, false, false]);
    expect(() => presentMembers(ensemble)).toThrow(
      expect.objectContaining({ code: 'store.memberGone', args: { names: 'b, c' } }),
    );
    await savedPrompt('b');
    await savedPrompt('c');
    expect(presentMembers(await readEnsemble(folder))).toEqual(['a', 'b', 'c'].map(place));
  });

  it('of one prompt is none', async () => {
    const ensemble = await readEnsemble(await save('one', [await savedPrompt('a')]));
    expect(() => presentMembers(ensemble)).toThrow(
      expect.objectContaining({ code: 'store.fewMembers', args: { count: 1 } }),
    );
  });
});

describe('the ensembles of a store', () => {
  it('are listed by name, a damaged one with its reason', async () => {
    await save('b', []);
    const broken = await save('a', []);
    await writeFile(join(broken, 'ensemble.json'), '{ "version": 1, "members": "all" }');
    const [damaged, whole] = await listEnsembles(store);
    expect(damaged).toMatchObject({ folder: broken, damage: { code: 'store.badEnsemble' } });
    expect(whole).toMatchObject({ value: { name: 'b' } });
    expect(await listEnsembles(join(home, 'nowhere'))).toEqual([]);
  });

  it('are found by name or path; a name that is none is answered with those there are', async () => {
    const folder = await save('five', []);
    expect(await findEnsemble(store, 'five', home)).toBe(folder);
    expect(await findEnsemble(store, '.softprompt/ensembles/five', home)).toBe(folder);
    await expectRejection(findEnsemble(store, 'fife', home), 'store.noEnsemble', {
      ensemble: 'fife',
      store,
      known: 'five',
      nearest: 'five',
    });
  });

  it('get other names, but none that is taken or cannot be one', async () => {
    await save('five', []);
    await save('other', []);
    expect(await freeEnsembleName(store, 'Five')).toBe('Five-2');
    await expectRejection(renameEnsemble(store, 'other', 'FIVE'), 'store.ensembleExists', {
      ensemble: 'five',
      folder: join(store, 'ensembles', 'FIVE'),
    });
    await expectRejection(renameEnsemble(store, 'other', 'a/b'), 'store.badName', { name: 'a/b' });
    await renameEnsemble(store, 'five', 'Five');
    await renameEnsemble(store, 'other', 'seeds');
    expect(await readdir(join(store, 'ensembles'))).toEqual(['Five', 'seeds']);
  });

  it('go to the trash and come back, damaged ones too', async () => {
    const folder = await save('five', []);
    await writeFile(join(folder, 'ensemble.json'), '{');
    const deleted = await deleteEnsemble(store, 'five', noon);
    expect(deleted).toBe(join(store, 'trash', 'five-20261121-120005'));
    expect(await listEnsembles(store)).toEqual([]);
    expect(await restoreEnsemble(store, deleted)).toBe(folder);
    expect(await readdir(join(store, 'trash'))).toEqual([]);
    await expect(deleteEnsemble(store, '../prompts')).rejects.toMatchObject({ code: 'store.noEnsemble' });
  });

  it('stay in the trash while another has the name', async () => {
    await save('five', []);
    const deleted = await deleteEnsemble(store, 'five', noon);
    await save('five', []);
    await expect(restoreEnsemble(store, deleted)).rejects.toMatchObject({ code: 'store.ensembleExists' });
    expect(await readdir(deleted)).toEqual(['five']);
  });

  it('follow a member that gets another name, with their results', async () => {
    const folder = await save('five', [await savedPrompt('a'), await savedPrompt('b')]);
    await changeEnsemble(folder, { results: ensembleResults(report, { file: '/t.jsonl', rows: 4 }) });
    await renameMember(store, place('a'), place('z'));
    const { members, results } = await readEnsemble(folder);
    expect(members.map(({ name }) => name)).toEqual(['z', 'b']);
    expect(results?.mean).toBe(0.5);
  });
});
