import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { recipeSchema, type Recipe } from '../protocol/recipe.js';
import { isLive, type RunState } from '../protocol/runState.js';
import { makeFolder, sweepTemporaries, writeFileAtomic } from './atomicFile.js';
import { badRun } from './eventLog.js';
import { asWriteError, isErrno } from './fileErrors.js';
import { isAlive } from './liveProcess.js';
import { formatJson, readJson } from './readJson.js';
import { runFile } from './runFiles.js';
import { ensureStore, kindOf, runsFolder } from './storeLocation.js';

const statusSchema = z.object({
  /** The prompt's name. */
  name: z.string().min(1),
  /** Paths in the recipe are relative to this file, absolute. */
  recipeFile: z.string().min(1),
  /** ISO 8601, UTC. */
  started: z.iso.datetime(),
  state: z.enum(['queued', 'running', 'paused', 'stopped', 'finished', 'failed']),
  /** The process that runs it, or did; 0 before there was one. */
  pid: z.int().min(0),
  /** Where its prompt was saved. */
  promptFolder: z.exactOptional(z.string()),
  /** The sweep that it is a run of. */
  sweep: z.exactOptional(z.string()),
  /** Why it failed: a code of the error catalogue and its arguments. */
  error: z.exactOptional(z.object({ code: z.string(), args: z.record(z.string(), z.unknown()) })),
});
export type RunStatus = z.infer<typeof statusSchema>;

export interface Run {
  readonly id: string;
  readonly folder: string;
  readonly recipe: Recipe;
  readonly status: RunStatus;
  /** What to tell a person: a run that says that it lives and whose process is gone was interrupted, and can be resumed. */
  readonly state: RunState;
}

/** Readable, and ordered by time among the runs of one name: `tickets-20261121-104501`, in local time. */
export function runId(name: string, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${name}-${date}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}

/**
 * Makes a run's folder with its recipe and status, owned by a process, or by none yet (0); two runs of one second get folders of their own.
 * Throws `store.noSpace` or `store.readOnly`.
 */
export async function createRun(
  store: string,
  request: { readonly name: string; readonly recipe: Recipe; readonly recipeFile: string; readonly sweep?: string },
  pid: number,
  at = new Date(),
): Promise<string> {
  await ensureStore(store);
  const folder = await newFolder(runsFolder(store), runId(request.name, at));
  try {
    const { recipe, ...told } = request;
    await writeFileAtomic(runFile(folder, 'recipe'), formatJson(recipe));
    await writeRunStatus(folder, { ...told, started: at.toISOString(), state: 'queued', pid });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return folder;
}

/** Throws `store.noRun` where nothing is there, and `store.badRun`. */
export async function readRun(folder: string): Promise<Run> {
  if ((await kindOf(folder)) !== 'folder') {
    throw new SoftpromptError('store.noRun', { run: basename(folder), store: folder });
  }
  const recipe = await readJson(runFile(folder, 'recipe'), recipeSchema, badRun);
  const status = await readJson(runFile(folder, 'status'), statusSchema, badRun);
  // Without a process, one is on its way, for a moment.
  const isStarting = status.pid === 0 && Date.now() - (await stat(runFile(folder, 'status'))).mtimeMs < startMs;
  const lost = isLive(status.state) && !isStarting && !isAlive(status.pid);
  return { id: basename(folder), folder, recipe, status, state: lost ? 'interrupted' : status.state };
}

/** How long a process may take to claim its run. */
const startMs = 60_000;

/** Puts a run that has no process back into the queue, for a process that is about to be started. Throws `store.runInUse`. */
export async function queueRun(folder: string): Promise<void> {
  const run = await claimRun(folder);
  await writeRunStatus(folder, { ...run.status, pid: 0 });
}

/** Makes this process the owner of a run that no other process has; it waits for its turn. Throws `store.runInUse`, and what `readRun` throws. */
export async function claimRun(folder: string): Promise<Run> {
  const run = await readRun(folder);
  const { pid } = run.status;
  if (isLive(run.state) && pid !== 0 && pid !== process.pid) {
    throw new SoftpromptError('store.runInUse', { run: run.id, pid });
  }
  await sweepTemporaries(folder);
  const status: RunStatus = { ...run.status, state: 'queued', pid: process.pid };
  delete status.error;
  await writeRunStatus(folder, status);
  return { ...run, status, state: 'queued' };
}

/** Throws `store.noSpace` or `store.readOnly`. */
export async function writeRunStatus(folder: string, status: RunStatus): Promise<void> {
  await writeFileAtomic(runFile(folder, 'status'), formatJson(status));
}

/** A folder that no one else has: the name itself, or with a number behind it. */
export async function newFolder(parent: string, name: string): Promise<string> {
  try {
    await makeFolder(parent);
    for (let i = 1; ; i++) {
      const folder = join(parent, i === 1 ? name : `${name}-${i}`);
      try {
        await mkdir(folder);
        return folder;
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
    }
  } catch (error) {
    throw asWriteError(error, join(parent, name));
  }
}
