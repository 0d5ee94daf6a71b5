import { uptime } from 'node:os';
import { isErrno } from './fileErrors.js';

/** Whether a process of this number lives. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** Whether a time, in milliseconds since 1970, lies before the machine's last start: then a process number means nothing. */
export const isBeforeBoot = (timeMs: number): boolean => timeMs < Date.now() - uptime() * 1000 - 5000;
