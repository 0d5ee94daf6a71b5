import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from './atomicFile.js';
import { badRun } from './eventLog.js';
import { isErrno } from './fileErrors.js';
import { formatJson, readJsonIfPresent } from './readJson.js';
import { runFile } from './runFiles.js';

/** How to reach the process of a run, and what to compare with when it is gone. */
const processSchema = z.object({
  pid: z.int().min(1),
  /** A Unix socket, or a named pipe on Windows. */
  socket: z.string(),
  /** Only who can read the run's folder may speak with its process. */
  token: z.string(),
  /** What the system's memory killer had killed when the process began; undefined where the system does not say. */
  oomKills: z.exactOptional(z.int()),
});
export type RunProcess = z.infer<typeof processSchema>;

/** For this process, not yet written. The path is short: a socket's may have 104 bytes at most, and run folders lie deep. */
export async function describeProcess(folder: string): Promise<RunProcess> {
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const token = randomBytes(24).toString('base64url');
  const socket =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\softprompt-${id}-${token.slice(0, 8)}`
      : join(socketFolder(), `${id}.sock`);
  const oomKills = await countOomKills();
  return { pid: process.pid, socket, token, ...(oomKills !== undefined && { oomKills }) };
}

/** Of this user alone. */
export const socketFolder = (): string => join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `softprompt-${userInfo().uid}`);

export async function writeRunProcess(folder: string, value: RunProcess): Promise<void> {
  await writeFileAtomic(runFile(folder, 'process'), formatJson(value), 0o600);
}

/** Undefined before there was one. Throws `store.badRun` or `store.unreadable`. */
export async function readRunProcess(folder: string): Promise<RunProcess | undefined> {
  return readJsonIfPresent(runFile(folder, 'process'), processSchema, badRun);
}

/** How many processes Linux has killed for want of memory since it started. */
export async function countOomKills(): Promise<number | undefined> {
  try {
    const count = /^oom_kill (\d+)$/m.exec(await readFile('/proc/vmstat', 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES')) return undefined;
    throw error;
  }
}
