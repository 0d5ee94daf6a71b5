import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asWriteError, isErrno } from './fileErrors.js';

/** A file's content in pieces, so that it need never be in memory whole. */
export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file so that after a crash, a full disk or a failing producer there is the old file or the new one, never a half: a
 * temporary file beside it, fsync, rename, fsync of the folder. Missing parent folders are made.
 * Throws `store.noSpace` or `store.readOnly`; what `data` throws passes unchanged.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array | Chunks, mode = 0o666): Promise<void> {
  const temporary = siblingName(path, 'tmp');
  try {
    await makeFolder(dirname(temporary));
    const handle = await open(temporary, 'wx', mode);
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await handle.writeFile(data);
      else for await (const chunk of data) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(temporary, path);
    await syncFolder(dirname(temporary));
  } catch (error) {
    await rm(temporary, { force: true });
    throw asWriteError(error, path);
  }
}

/** Makes a folder with its parents. Node says ENOENT where a parent lies on a read-only disk; what the disk says is thrown instead. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    let parent = dirname(resolve(folder));
    while (!existsSync(parent)) parent = dirname(parent);
    await access(parent, constants.W_OK);
    throw error;
  }
}

/**
 * Builds a folder under a temporary name beside it and renames it into place. A folder that is already there is moved aside first,
 * removed once the new one stands, and put back where that fails. Missing parent folders are made.
 * Throws `store.noSpace` or `store.readOnly`; what `write` throws passes unchanged.
 */
export async function writeFolderAtomic(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = siblingName(folder, 'tmp');
  const aside = siblingName(folder, 'old');
  try {
    await makeFolder(temporary);
    await write(temporary);
    await syncTree(temporary);
    const replaced = await moveIfPresent(folder, aside);
    try {
      await renameOver(temporary, folder);
    } catch (error) {
      if (replaced) await renameOver(aside, folder);
      throw error;
    }
    await syncFolder(dirname(temporary));
    if (replaced) await rm(aside, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw asWriteError(error, folder);
  }
}

function siblingName(path: string, ending: 'tmp' | 'old'): string {
  const absolute = resolve(path);
  return join(dirname(absolute), `.${basename(absolute)}.${randomBytes(6).toString('hex')}.${ending}`);
}

/** Removes what killed writers left in a folder that no other process writes to. */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}

async function moveIfPresent(from: string, to: string): Promise<boolean> {
  try {
    await renameOver(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Windows refuses for a moment where a virus scanner or an indexer has just opened either name: waits at most 1.3 s in all. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let waitMs = 10; ; waitMs *= 2) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || waitMs > 640 || !isErrno(error, 'EPERM', 'EACCES', 'EBUSY')) throw error;
      await delay(waitMs);
    }
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncFile(path);
  }
  await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  // Windows flushes only what is open for writing.
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last through a power cut. Windows has no such call, and some file systems refuse it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'EACCES', 'EISDIR')) throw error;
  }
}
