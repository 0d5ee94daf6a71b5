import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { promptNamePattern } from '../protocol/recipe.js';
import { isLive } from '../protocol/runState.js';
import { promptConfigFiles } from './adapterConfig.js';
import { asReadError, asWriteError, isErrno } from './fileErrors.js';
import { isGroupSet, notSingle, readGroupSet, type GroupSet } from './groupSet.js';
import { setPromptName, summarisePrompt, type PromptSummary } from './promptFolder.js';
import { newFolder, readRun, runId, type Run } from './runFolder.js';
import { kindOf, promptsFolder, runsFolder, trashFolder } from './storeLocation.js';

/** What a folder of the store holds, or why it cannot be read: a damaged one never takes the others with it. */
export type Listed<T> =
  { readonly folder: string; readonly value: T } | { readonly folder: string; readonly damage: SoftpromptError };

/** The saved prompts of a store, by name. */
export async function listPrompts(store: string): Promise<Listed<PromptSummary>[]> {
  return listFolders(promptsFolder(store), summarisePrompt, async (folder) => !(await isGroupSet(folder)));
}

/** The saved prompts of groups, by name. */
export async function listGroupSets(store: string): Promise<Listed<GroupSet>[]> {
  return listFolders(promptsFolder(store), readGroupSet, isGroupSet);
}

/** The runs of a store, the newest first, damaged ones last. */
export async function listRuns(store: string): Promise<Listed<Run>[]> {
  const started = (run: Listed<Run>): string => ('value' in run ? run.value.status.started : '');
  return (await list(await foldersIn(runsFolder(store)), readRun)).sort((a, b) => (started(a) < started(b) ? 1 : -1));
}

/** As `findPrompts`, of a single prompt. Throws `store.isGroupSet` for the prompts of groups. */
export async function findPrompt(store: string, prompt: string, from: string): Promise<string> {
  const folder = await findPrompts(store, prompt, from);
  if (!(await isGroupSet(folder))) return folder;
  throw notSingle(await readGroupSet(folder));
}

/**
 * The folder of a prompt, or of the prompts of groups, from what a person typed: a path, or a name in the store. Throws `store.noPrompt`, which
 * names those there are.
 */
export async function findPrompts(store: string, prompt: string, from: string): Promise<string> {
  const path = resolve(from, prompt);
  for (const file of promptConfigFiles) if ((await kindOf(join(path, file))) === 'file') return path;
  if (await isGroupSet(path)) return path;
  const names = await promptNames(store);
  if (names.includes(prompt)) return join(promptsFolder(store), prompt);
  // A path that exists was meant: what it lacks is the better answer.
  if ((await kindOf(path)) === 'folder') throw new SoftpromptError('store.notAPrompt', { folder: path });
  throw noPrompt(prompt, store, names);
}

/** A run's folder from what a person typed: a path or an id; by default the newest that can be resumed. Throws `store.noRun`. */
export async function findRun(store: string, run: string | undefined, from: string): Promise<string> {
  if (run === undefined) {
    const resumable = (await listRuns(store)).find(
      (listed) => 'value' in listed && listed.value.state !== 'finished' && !isLive(listed.value.state),
    );
    if (resumable) return resumable.folder;
    throw new SoftpromptError('store.noRun', { run: '', store });
  }
  for (const folder of [join(runsFolder(store), run), resolve(from, run)]) {
    if ((await kindOf(folder)) === 'folder') return folder;
  }
  throw new SoftpromptError('store.noRun', { run, store });
}

/**
 * Gives a prompt another name, in its folder's name and in what it says of itself; gives back its new folder.
 * Throws `store.noPrompt`, `store.badName`, `store.promptExists`, `store.noSpace` or `store.readOnly`; it keeps its old name then.
 */
export async function renamePrompt(store: string, name: string, newName: string): Promise<string> {
  const names = await promptNames(store);
  if (!names.includes(name)) throw noPrompt(name, store, names);
  if (!promptNamePattern.test(newName)) throw new SoftpromptError('store.badName', { name: newName });
  const taken = names.find((other) => other !== name && isSameName(other, newName));
  const [old, folder] = [join(promptsFolder(store), name), join(promptsFolder(store), newName)];
  if (taken !== undefined) throw new SoftpromptError('store.promptExists', { prompt: taken, folder });
  await move(old, folder);
  try {
    await setPromptName(folder, newName);
  } catch (error) {
    await move(folder, old);
    throw error;
  }
  return folder;
}

/** The name itself, or with the first number behind it that is free in the store. */
export async function freePromptName(store: string, name: string): Promise<string> {
  const names = await promptNames(store);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name.slice(0, 90)}-${i}`;
    if (!names.some((other) => isSameName(other, candidate))) return candidate;
  }
}

/** Some file systems take two names that differ in case for one. */
export const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Moves a prompt into the store's trash, `trash/ID/NAME`, and gives back the trash's folder for `restorePrompt`.
 * Throws `store.noPrompt`, `store.noSpace` or `store.readOnly`.
 */
export async function deletePrompt(store: string, name: string, at = new Date()): Promise<string> {
  const names = await promptNames(store);
  if (!names.includes(name)) throw noPrompt(name, store, names);
  return moveToTrash(store, join(promptsFolder(store), name), at);
}

/** Moves a deleted prompt back and gives back its folder. Throws `store.promptExists` where its name was taken since, or `store.noPrompt`. */
export async function restorePrompt(store: string, deleted: string): Promise<string> {
  const [name] = await folderNames(deleted);
  if (name === undefined) throw noPrompt(basename(deleted), trashFolder(store), []);
  const folder = join(promptsFolder(store), name);
  if ((await kindOf(folder)) !== undefined) throw new SoftpromptError('store.promptExists', { prompt: name, folder });
  await moveFromTrash(deleted, name, folder);
  return folder;
}

/**
 * Moves a run into the store's trash, damaged ones too, and gives back the trash's folder for `restoreRun`. Its prompt stays.
 * Throws `store.noRun`, `store.noSpace`, `store.readOnly`, or `store.runInUse` while its process lives.
 */
export async function deleteRun(store: string, id: string, at = new Date()): Promise<string> {
  if (!(await folderNames(runsFolder(store))).includes(id))
    throw new SoftpromptError('store.noRun', { run: id, store });
  const folder = join(runsFolder(store), id);
  const [run] = await list([folder], readRun);
  if (run !== undefined && 'value' in run && isLive(run.value.state)) {
    throw new SoftpromptError('store.runInUse', { run: id, pid: run.value.status.pid });
  }
  return moveToTrash(store, folder, at);
}

/** Moves a deleted run back and gives back its folder. Throws `store.noRun`. */
export async function restoreRun(store: string, deleted: string): Promise<string> {
  const [id] = await folderNames(deleted);
  if (id === undefined) throw new SoftpromptError('store.noRun', { run: basename(deleted), store: trashFolder(store) });
  const folder = join(runsFolder(store), id);
  await moveFromTrash(deleted, id, folder);
  return folder;
}

export async function moveToTrash(store: string, folder: string, at: Date): Promise<string> {
  const name = basename(folder);
  const deleted = await newFolder(trashFolder(store), runId(name, at));
  await move(folder, join(deleted, name));
  return deleted;
}

export async function moveFromTrash(deleted: string, name: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await move(join(deleted, name), folder);
  await rmdir(deleted);
}

const promptNames = (store: string): Promise<string[]> => folderNames(promptsFolder(store));

function noPrompt(prompt: string, store: string, names: readonly string[]): SoftpromptError<'store.noPrompt'> {
  const nearest = nearestName(prompt, names) ?? '';
  return new SoftpromptError('store.noPrompt', { prompt, store, known: names.join(', '), nearest });
}

/** The folders in a folder, those that `counts` says are there. */
export async function listFolders<T>(
  parent: string,
  read: (folder: string) => Promise<T>,
  counts: (folder: string) => Promise<boolean>,
): Promise<Listed<T>[]> {
  const folders = await foldersIn(parent);
  const there = await Promise.all(folders.map(counts));
  return list(
    folders.filter((_, i) => there[i]),
    read,
  );
}

export async function list<T>(folders: readonly string[], read: (folder: string) => Promise<T>): Promise<Listed<T>[]> {
  const listed: Listed<T>[] = [];
  for (const folder of folders) {
    try {
      listed.push({ folder, value: await read(folder) });
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      listed.push({ folder, damage: error });
    }
  }
  return listed;
}

export async function foldersIn(parent: string): Promise<string[]> {
  return (await folderNames(parent)).map((name) => join(parent, name));
}

/** Names in order; those with a dot in front are being written. */
export async function folderNames(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, parent);
  }
}

export async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw asWriteError(error, to);
  }
}
