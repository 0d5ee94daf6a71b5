import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { SoftpromptError } from '../../src/errors/softpromptError.js';

/**
 * Of this process: the one of the trainer's processes with this name that lives, once those that were told to end are gone.
 * A number that is safe to signal: zero would be every process of the tests. Linux alone says.
 */
export async function childNamed(name: string): Promise<number> {
  let found: number[] = [];
  await expect.poll(async () => (found = await children(name)), { timeout: 30_000 }).toHaveLength(1);
  return found[0] as number;
}

async function children(name: string): Promise<number[]> {
  const pids = (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).trim().split(' ').filter(Boolean);
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.flatMap((pid, i) => (commands[i]?.split('\0').includes(name) ? [Number(pid)] : []));
}

/** How a question ends: `answered`, or with which error. */
export const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof SoftpromptError ? error.code : String(error)),
  );
