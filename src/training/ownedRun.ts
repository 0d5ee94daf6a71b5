import { basename } from 'node:path';
import type { Gate } from '../common/gate.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { trainableCount } from '../methods/method.js';
import type { EventOf, RunEvent } from '../protocol/events.js';
import { readRun, writeRunStatus, type RunStatus } from '../store/runFolder.js';
import { queueFolder } from '../store/storeLocation.js';
import { takeTurn, type Turn } from '../store/trainingQueue.js';
import type { RunContext } from './runContext.js';
import type { LoopResult } from './trainLoop.js';

/** A run that this process owns, and what it does in its folder whatever it trains. */
export interface OwnedRun {
  readonly folder: string;
  readonly store: string;
  readonly name: string;
  readonly context: RunContext;
  /** Told already, before the run had a folder to note it in. */
  readonly early: readonly RunEvent[];
  readonly cacheFolder: string;
  readonly besideOthers: boolean;
  readonly gate: Gate;
}

export interface TrainResult {
  readonly folder: string;
  readonly reason: LoopResult['reason'];
}

export type OnEvent = (event: RunEvent) => void;

/** Half of the ten seconds that a kill may cost; the other half is for the step or batch under way. */
export const checkpointEveryMs = 5000;

export const noTurn: Turn = { release: () => Promise.resolve() };

export function waitForTurn(
  { cacheFolder, context, name }: OwnedRun,
  emit: OnEvent,
  signal: AbortSignal,
): Promise<Turn | undefined> {
  const onWait = (holder: string): void => emit({ type: 'notice', code: 'waitingForRun', args: { run: holder } });
  return takeTurn({ folder: queueFolder(cacheFolder), device: context.engine.device, name, onWait }, signal);
}

/** Notes in the run's status why it failed, so that lists and a later reader know. */
export async function failing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known =
      error instanceof SoftpromptError ? error : new SoftpromptError('run.crashed', { reason: String(error) });
    // A full disk may refuse this too; the first error is the one to tell.
    await updateStatus(folder, { state: 'failed', error: known.toMessage() }).catch(() => undefined);
    throw error;
  }
}

export async function updateStatus(folder: string, change: Partial<RunStatus>): Promise<void> {
  const { status } = await readRun(folder);
  await writeRunStatus(folder, { ...status, ...change });
}

/** What a run tells first, but for how many steps it does. */
export function startOf({ folder, name, context }: OwnedRun): Omit<EventOf<'start'>, 'steps' | 'resumedAt'> {
  const { base, method, engine, recipe } = context;
  return {
    type: 'start',
    run: basename(folder),
    prompt: name,
    model: base.name,
    method: recipe.method.peft_type,
    device: engine.device,
    threads: engine.threads,
    trainable: trainableCount(method),
    modelParameters: base.parameters,
  };
}
