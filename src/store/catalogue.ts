import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { adapterConfigFile } from './adapterConfig.js';
import { asReadError, asWriteError, isErrno } from './fileErrors.js';
import { summarisePrompt, type PromptSummary } from './promptFolder.js';
import { isLive, newFolder, readRun, runId, type Run } from './runFolder.js';
import { kindOf, promptsFolder, runsFolder, trashFolder } from './storeLocation.js';

/** What a folder of the store holds, or why it cannot be read: a damaged one never takes the others with it. */
export type Listed<T> =
  { readonly folder: string; readonly value: T } | { readonly folder: string; readonly damage: SoftpromptError };

/** The saved prompts of a store, by name. */
export async function listPrompts(store: string): Promise<Listed<PromptSummary>[]> {
  return list(promptsFolder(store), summarisePrompt);
}

/** The runs of a store, the newest first, damaged ones last. */
export async function listRuns(store: string): Promise<Listed<Run>[]> {
  const started = (run: Listed<Run>): string => ('value' in run ? run.value.status.started : '');
  return (await list(runsFolder(store), readRun)).sort((a, b) => (started(a) < started(b) ? 1 : -1));
}

/** A prompt's folder from what a person typed: a path, or a name in the store. Throws `store.noPrompt`, which names those there are. */
export async function findPrompt(store: string, prompt: string, from: string): Promise<string> {
  const path = resolve(from, prompt);
  if ((await kindOf(join(path, adapterConfigFile))) === 'file') return path;
  const names = await folderNames(promptsFolder(store));
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
 * Moves a prompt into the store's trash, `trash/ID/NAME`, and gives back the trash's folder for `restorePrompt`.
 * Throws `store.noPrompt`, `store.noSpace` or `store.readOnly`.
 */
export async function deletePrompt(store: string, name: string, at = new Date()): Promise<string> {
  const names = await folderNames(promptsFolder(store));
  if (!names.includes(name)) throw noPrompt(name, store, names);
  const deleted = await newFolder(trashFolder(store), runId(name, at));
  await move(join(promptsFolder(store), name), join(deleted, name));
  return deleted;
}

/** Moves a deleted prompt back and gives back its folder. Throws `store.promptExists` where its name was taken since, or `store.noPrompt`. */
export async function restorePrompt(store: string, deleted: string): Promise<string> {
  const [name] = await folderNames(deleted);
  if (name === undefined) {
    throw noPrompt(basename(deleted), trashFolder(store), []);
  }
  const folder = join(promptsFolder(store), name);
  if ((await kindOf(folder)) !== undefined) throw new SoftpromptError('store.promptExists', { prompt: name, folder });
  await mkdir(promptsFolder(store), { recursive: true });
  await move(join(deleted, name), folder);
  await rmdir(deleted);
  return folder;
}

function noPrompt(prompt: string, store: string, names: readonly string[]): SoftpromptError<'store.noPrompt'> {
  const nearest = nearestName(prompt, names) ?? '';
  return new SoftpromptError('store.noPrompt', { prompt, store, known: names.join(', '), nearest });
}

async function list<T>(parent: string, read: (folder: string) => Promise<T>): Promise<Listed<T>[]> {
  const listed: Listed<T>[] = [];
  for (const name of await folderNames(parent)) {
    const folder = join(parent, name);
    try {
      listed.push({ folder, value: await read(folder) });
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      listed.push({ folder, damage: error });
    }
  }
  return listed;
}

/** Names in order; those with a dot in front are being written. */
async function folderNames(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, parent);
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw asWriteError(error, to);
  }
}
