import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import { asReadError, isErrno } from '../store/fileErrors.js';

/**
 * The cache that Hugging Face's tools share (huggingface_hub, "Understand caching"): `models--org--name/` with `refs/` (a branch's
 * commit), `snapshots/<commit>/` (symbolic links) and `blobs/` (the files).
 */

/** Where the cache lies: HF_HUB_CACHE, else hub in HF_HOME, else ~/.cache/huggingface/hub. */
export function hubCacheFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  if (environment['HF_HUB_CACHE']) return environment['HF_HUB_CACHE'];
  const cacheHome = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(environment['HF_HOME'] || join(cacheHome, 'huggingface'), 'hub');
}

/** "org/name" where the path lies in a repository of the cache. */
export function repositoryOf(path: string): string | undefined {
  const folder = path.split(/[\\/]/).findLast((part) => part.startsWith('models--'));
  return folder?.slice('models--'.length).replaceAll('--', '/');
}

/**
 * The files of a repository of the cache: the snapshot of `main`, else the newest one. Any other folder is returned as it is.
 * Throws `model.notFound` where nothing was downloaded.
 */
export async function resolveSnapshot(folder: string): Promise<string> {
  const snapshots = join(folder, 'snapshots');
  let commits: string[];
  try {
    commits = await readdir(snapshots);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return folder;
    throw asReadError(error, snapshots);
  }
  const main = await readFile(join(folder, 'refs', 'main'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (main !== undefined && commits.includes(main)) return join(snapshots, main);

  let newest: { path: string; mtimeMs: number } | undefined;
  for (const commit of commits) {
    const path = join(snapshots, commit);
    const { mtimeMs } = await stat(path);
    if (!newest || mtimeMs > newest.mtimeMs) newest = { path, mtimeMs };
  }
  if (!newest) throw new SoftpromptError('model.notFound', { path: folder });
  return newest.path;
}
