import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, ensureStore, findStore, homeStore } from '../../src/store/storeLocation.js';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'softprompt-store-')));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const make = (...path: string[]): Promise<string | undefined> => mkdir(join(folder, ...path), { recursive: true });
const elsewhere = { SOFTPROMPT_HOME: join(tmpdir(), 'softprompt-home') };

describe('homeStore', () => {
  it('is ~/.softprompt, or what SOFTPROMPT_HOME names, and holds the cache', () => {
    expect(homeStore({})).toBe(join(homedir(), '.softprompt'));
    expect(homeStore({ SOFTPROMPT_HOME: '' })).toBe(join(homedir(), '.softprompt'));
    expect(cacheFolder({ SOFTPROMPT_HOME: folder })).toBe(join(folder, 'cache'));
  });
});

describe('findStore', () => {
  it('takes the nearest .softprompt above, also beyond the root of a repository', async () => {
    await make('.softprompt');
    await make('a', '.git');
    await make('a', 'b');
    expect(await findStore(join(folder, 'a', 'b'), elsewhere)).toBe(join(folder, '.softprompt'));
    await make('a', '.softprompt');
    expect(await findStore(join(folder, 'a', 'b'), elsewhere)).toBe(join(folder, 'a', '.softprompt'));
  });

  it('is to be made at the nearest folder with .git or package.json, else in the folder itself', async () => {
    await make('a', 'b', 'c');
    await make('a', '.git');
    expect(await findStore(join(folder, 'a', 'b', 'c'), elsewhere)).toBe(join(folder, 'a', '.softprompt'));
    await writeFile(join(folder, 'a', 'b', 'package.json'), '{}');
    expect(await findStore(join(folder, 'a', 'b', 'c'), elsewhere)).toBe(join(folder, 'a', 'b', '.softprompt'));
    await make('d');
    expect(await findStore(join(folder, 'd'), elsewhere)).toBe(join(folder, 'd', '.softprompt'));
  });

  it('does not take the user’s own store for a workspace’s', async () => {
    await make('.softprompt');
    await make('work', '.git');
    expect(await findStore(join(folder, 'work'), { SOFTPROMPT_HOME: join(folder, '.softprompt') })).toBe(
      join(folder, 'work', '.softprompt'),
    );
  });

  it('passes over a file of that name', async () => {
    await make('a');
    await writeFile(join(folder, '.softprompt'), '');
    expect(await findStore(join(folder, 'a'), elsewhere)).toBe(join(folder, 'a', '.softprompt'));
  });

  it('is the user’s own without a folder', async () => {
    expect(await findStore(undefined, elsewhere)).toBe(elsewhere.SOFTPROMPT_HOME);
  });
});

describe('ensureStore', () => {
  it('makes a store that git ignores, and leaves one that is there alone', async () => {
    const store = join(folder, '.softprompt');
    await ensureStore(store);
    expect(await readFile(join(store, '.gitignore'), 'utf8')).toBe('*\n');
    await writeFile(join(store, '.gitignore'), 'runs\n');
    await ensureStore(store);
    expect(await readFile(join(store, '.gitignore'), 'utf8')).toBe('runs\n');
  });
});
