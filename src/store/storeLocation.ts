import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from './atomicFile.js';
import { asReadError, isErrno } from './fileErrors.js';

/** The folder that a store is. */
const storeName = '.softprompt';

/** The user's own store, for work outside any workspace, and the home of the cache: `~/.softprompt`, or what SOFTPROMPT_HOME names. */
export function homeStore(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.SOFTPROMPT_HOME;
  return named === undefined || named === '' ? join(homedir(), storeName) : resolve(named);
}

/** Where what can be made again is kept: converted weights, checksums. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(homeStore(environment), 'cache');
}

/** Where processes of this machine wait for their turn to train. */
export const queueFolder = (cache: string): string => join(cache, 'queue');

/**
 * The store that serves a folder: the nearest `.softprompt` in it or above; else the one to be made at the workspace's root (the nearest
 * folder with .git or package.json, else the folder itself). Without a folder, the user's own. Makes nothing.
 */
export async function findStore(
  from: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const home = homeStore(environment);
  if (from === undefined) return home;
  const folders = withParents(resolve(from));
  for (const folder of folders) {
    const store = join(folder, storeName);
    // The user's own store stands above most workspaces and is none of theirs.
    if (store !== home && (await kindOf(store)) === 'folder') return store;
  }
  for (const folder of folders) {
    for (const mark of ['.git', 'package.json']) if (await kindOf(join(folder, mark))) return join(folder, storeName);
  }
  return join(resolve(from), storeName);
}

/** Makes the store where it is not there yet. It ignores itself in git. Throws `store.noSpace` or `store.readOnly`. */
export async function ensureStore(store: string): Promise<void> {
  const ignore = join(store, '.gitignore');
  if (!(await kindOf(ignore))) await writeFileAtomic(ignore, '*\n');
}

export const promptsFolder = (store: string): string => join(store, 'prompts');
export const runsFolder = (store: string): string => join(store, 'runs');
export const ensemblesFolder = (store: string): string => join(store, 'ensembles');
export const evaluationsFolder = (store: string): string => join(store, 'evaluations');
export const sweepsFolder = (store: string): string => join(store, 'sweeps');
export const transfersFolder = (store: string): string => join(store, 'transfers');
export const trashFolder = (store: string): string => join(store, 'trash');

/** What a path is; undefined where nothing is there. Throws `store.unreadable`. */
export async function kindOf(path: string): Promise<'folder' | 'file' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw asReadError(error, path);
  }
}

function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}
