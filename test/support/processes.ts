import { readFile } from 'node:fs/promises';
import { SoftpromptError } from '../../src/errors/softpromptError.js';

/** Of this process: those of the trainer's processes with this name that live. Linux alone says. */
export async function children(name: string): Promise<number[]> {
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
