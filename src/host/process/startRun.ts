import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { asReadError, isErrno } from '../../store/fileErrors.js';
import { readEvents } from '../../store/eventLog.js';
import { runFile } from '../../store/runFiles.js';
import { readRun, writeRunStatus } from '../../store/runFolder.js';
import { countOomKills, readRunProcess } from '../../store/runProcess.js';
import { programEnvironment } from './nodeProgram.js';

export interface ProcessSettings {
  readonly node: string;
  readonly extensionFolder: string;
  readonly unwatched: 'pause' | 'continue';
}

/**
 * Starts the process of a run that waits in its folder. It outlives this window; while the window lives, `onExit` hears of its end.
 * Throws `run.notStarted`.
 */
export async function startRun(
  folder: string,
  { node, extensionFolder, unwatched }: ProcessSettings,
  onExit: (signal: NodeJS.Signals | null) => void,
): Promise<void> {
  const log = await open(runFile(folder, 'log'), 'a');
  try {
    const child = spawn(node, [join(extensionFolder, 'dist', 'trainer.mjs'), 'run', folder, unwatched], {
      cwd: folder,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log.fd, log.fd],
      env: programEnvironment(),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', (error) => {
        reject(new SoftpromptError('run.notStarted', { node, reason: error.message }, { cause: error }));
      });
    });
    child.once('exit', (_code, signal) => onExit(signal));
    child.unref();
  } finally {
    await log.close();
  }
}

/** Notes in an interrupted run's status why its process is gone, so that every window and list says the same. */
export async function noteDeath(folder: string, signal: NodeJS.Signals | null): Promise<void> {
  const run = await readRun(folder);
  if (run.state !== 'interrupted') return;
  const error = (await causeOfDeath(folder, signal)).toMessage();
  await writeRunStatus(folder, { ...run.status, state: 'failed', error });
}

async function causeOfDeath(folder: string, signal: NodeJS.Signals | null): Promise<SoftpromptError> {
  const events = await readEvents(runFile(folder, 'events'));
  const step = events.reduce((last, event) => (event.type === 'step' ? event.step : last), 0);
  const lastWords = await lastLines(runFile(folder, 'log'));
  const before = (await readRunProcess(folder))?.oomKills;
  const now = await countOomKills();
  const starved = before !== undefined && now !== undefined && now > before;
  if (/bad_alloc|heap out of memory|Failed to allocate memory/.test(lastWords) || (starved && signal !== 'SIGTERM')) {
    return new SoftpromptError('run.outOfMemory', { step });
  }
  if (signal !== null) return new SoftpromptError('run.killed', { step, signal });
  const reason = lastWords.split('\n').find((line) => /error/i.test(line));
  return reason === undefined
    ? new SoftpromptError('run.vanished', { step })
    : new SoftpromptError('run.crashed', { reason: reason.trim() });
}

async function lastLines(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).slice(-4000);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw asReadError(error, file);
  }
}
