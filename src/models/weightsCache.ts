import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CachedModel } from '../protocol/inspectMessages.js';
import { asReadError, isErrno } from '../store/fileErrors.js';
import { knownChecksums } from './checksum.js';

/** Where float32 copies of weights are kept, each named by its source's checksum. */
export const weightsCacheFolder = (cacheFolder: string): string => join(cacheFolder, 'weights');

/** The converted models, with the name of the file or folder that each was made from where that is still known. */
export async function listConvertedModels(cacheFolder: string): Promise<CachedModel[]> {
  const folder = weightsCacheFolder(cacheFolder);
  const sources = await knownChecksums(cacheFolder);
  const found: CachedModel[] = [];
  for (const name of await list(folder)) {
    const file = join(folder, name);
    const source = sources.get(name.split('-')[0] ?? '');
    found.push({ name: source === undefined ? name : modelName(source), file, bytes: (await stat(file)).size });
  }
  return found;
}

/** Frees what can be made again; a running training keeps its open file. */
export async function clearConvertedModels(cacheFolder: string, files: readonly string[]): Promise<void> {
  const known = new Set((await listConvertedModels(cacheFolder)).map(({ file }) => file));
  for (const file of files) if (known.has(file)) await rm(file, { force: true });
}

const modelName = (path: string): string => (path.endsWith('.gguf') ? basename(path) : basename(dirname(path)));

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, folder);
  }
}
