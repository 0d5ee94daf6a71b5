import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { programPath } from '../common/productFolder.js';
import { exitCodes } from './failure.js';

/**
 * `softprompt` in a process of its own. It stands in a group of its own, too: Ctrl-C in a terminal goes to a whole group, and a second one
 * would end it at once. What it writes is kept nowhere: its run's folder tells all.
 */
export function startProgram(argv: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programPath('softprompt.mjs'), ...argv], {
      stdio: 'ignore',
      detached: true,
    });
    const stop = (): void => void child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    const ended = (): void => signal.removeEventListener('abort', stop);
    child.on('error', (error) => {
      ended();
      reject(error);
    });
    child.on('exit', (code, killed) => {
      ended();
      resolve(code ?? (killed === null ? exitCodes.failed : 128 + constants.signals[killed]));
    });
  });
}
