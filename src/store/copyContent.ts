import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SoftpromptError } from '../errors/softpromptError.js';
import { kindOf } from './storeLocation.js';

/**
 * Content alone, into a new file: a copy that kept a read-only file's mode could not be written to disk for sure. Missing folders are
 * made. Throws `store.fileMissing`, or what the disk says.
 */
export async function copyContent(from: string, to: string): Promise<void> {
  if ((await kindOf(from)) !== 'file') throw new SoftpromptError('store.fileMissing', { file: from });
  await mkdir(dirname(to), { recursive: true });
  await pipeline(createReadStream(from), createWriteStream(to));
}
