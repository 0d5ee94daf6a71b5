import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { writeFileAtomic } from '../store/atomicFile.js';
import { asReadError, isErrno } from '../store/fileErrors.js';
import { sha256OfFile } from '../store/sha256.js';

const recordSchema = z.object({ path: z.string(), size: z.number(), mtimeMs: z.number(), sha256: z.string() });

/**
 * The SHA-256 (hexadecimal) that names a model's weights: of the file itself, or, for several, of the lines "hash  name" that sha256sum
 * would print. Kept in the cache folder by real path, size and time of change, so that large files are read once.
 * Throws `store.fileMissing` or `store.unreadable`.
 */
export async function weightsChecksum(files: readonly string[], cacheFolder: string): Promise<string> {
  const lines: string[] = [];
  for (const file of files) {
    const sha256 = await fileChecksum(file, cacheFolder);
    if (files.length === 1) return sha256;
    lines.push(`${sha256}  ${basename(file)}\n`);
  }
  return createHash('sha256').update(lines.join('')).digest('hex');
}

async function fileChecksum(file: string, cacheFolder: string): Promise<string> {
  try {
    const path = await realpath(file);
    const { size, mtimeMs } = await stat(path);
    const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
    const record = join(recordsFolder(cacheFolder), `${name}.json`);
    const known = await readRecord(record);
    if (known?.path === path && known.size === size && known.mtimeMs === mtimeMs) return known.sha256;

    const sha256 = await sha256OfFile(path);
    await writeFileAtomic(record, JSON.stringify({ path, size, mtimeMs, sha256 })).catch((error: unknown) => {
      // The record only saves time: a home that cannot be written must not keep a model from opening.
      if (!(error instanceof SoftpromptError)) throw error;
    });
    return sha256;
  } catch (error) {
    throw asReadError(error, file);
  }
}

const recordsFolder = (cacheFolder: string): string => join(cacheFolder, 'checksums');

/** The files whose checksums are kept: checksum → path. */
export async function knownChecksums(cacheFolder: string): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  const folder = recordsFolder(cacheFolder);
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, folder);
  });
  for (const name of names) {
    const record = await readRecord(join(folder, name));
    if (record) known.set(record.sha256, record.path);
  }
  return known;
}

async function readRecord(file: string): Promise<z.infer<typeof recordSchema> | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}
