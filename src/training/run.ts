import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { makeGate } from '../common/gate.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { partsElsewhere } from '../methods/method.js';
import type { NearestTokens, RunEvent } from '../protocol/events.js';
import { recipeName } from '../protocol/parseRecipe.js';
import { openEventLog, readEvents } from '../store/eventLog.js';
import { runFile } from '../store/runFiles.js';
import { writeFirstVectors } from '../store/promptFolder.js';
import { claimRun, createRun } from '../store/runFolder.js';
import { kindOf, promptsFolder } from '../store/storeLocation.js';
import type { Turn } from '../store/trainingQueue.js';
import { readCheckpoint, tensorsUnder, writeCheckpoint, type Anchor, type Checkpoint } from './checkpoint.js';
import { describeData } from './describeData.js';
import { keepModel } from './keepModel.js';
import { keepPrompt } from './keepPrompt.js';
import { firstParameters } from './firstParameters.js';
import { trainGroups } from './groups/trainGroups.js';
import { keptEmbeddings } from './keptEmbeddings.js';
import { openRunContext, type RunContext, type RunRequest } from './runContext.js';
import {
  checkpointEveryMs,
  failing,
  noTurn,
  startOf,
  updateStatus,
  waitForTurn,
  type OnEvent,
  type OwnedRun,
  type TrainResult,
} from './ownedRun.js';
import { firstCheckpoint, trainLoop, type LoopResult } from './trainLoop.js';

/** Trains a recipe from the beginning and saves its prompt in the store. An abort stops between two steps and saves the best so far. */
export async function train(
  request: RunRequest & { readonly store: string },
  onEvent: OnEvent,
  signal: AbortSignal,
  gate = makeGate(),
): Promise<TrainResult> {
  const { recipe, recipeFile, store, cacheFolder, besideOthers = false, sweep } = request;
  const name = recipeName(recipe, recipeFile);
  // Bad input is found before anything is made.
  const early: RunEvent[] = [];
  const context = await openRunContext(request, (notice) => {
    early.push(notice);
    onEvent(notice);
  });
  const parameters = await firstParameters(context, recipeFile);
  const folder = await createRun(
    store,
    { name, recipe, recipeFile, ...(sweep !== undefined && { sweep }) },
    process.pid,
  );
  const owned = { folder, store, name, context, early, cacheFolder, besideOthers, gate };
  if (context.data.grouped) return trainGroups({ ...owned, parameters }, onEvent, signal);
  return runInFolder({ ...owned, start: firstCheckpoint(parameters), keep: 0 }, onEvent, signal);
}

/**
 * Begins a run that waits in its folder, or goes on with a stopped, interrupted or failed one from its last checkpoint, to the same bytes as
 * if it had never stopped.
 */
export async function resume(
  {
    runFolder,
    ...request
  }: Pick<RunRequest, 'cacheFolder' | 'spinning' | 'besideOthers'> & { readonly runFolder: string },
  onEvent: OnEvent,
  signal: AbortSignal,
  gate = makeGate(),
): Promise<TrainResult> {
  const { recipe, status } = await claimRun(runFolder);
  const { name, recipeFile } = status;
  return failing(runFolder, async () => {
    const early: RunEvent[] = [];
    const context = await openRunContext({ recipe, recipeFile, ...request }, (notice) => {
      early.push(notice);
      onEvent(notice);
    });
    const { cacheFolder, besideOthers = false } = request;
    const store = dirname(dirname(runFolder));
    const owned = { folder: runFolder, store, name, context, early, gate, cacheFolder, besideOthers };
    if (context.data.grouped) {
      const parameters = await firstParameters(context, recipeFile);
      return trainGroups({ ...owned, parameters }, onEvent, signal);
    }
    const file = runFile(runFolder, 'checkpoint');
    const found = (await kindOf(file)) === 'file';
    const start = found ? await readCheckpoint(file) : firstCheckpoint(await firstParameters(context, recipeFile));
    if (start.anchor) refuseOtherInputs(start.anchor, context, recipeFile);
    return runInFolder({ ...owned, start, keep: start.anchor?.events ?? 0 }, onEvent, signal);
  });
}

interface SingleRun extends OwnedRun {
  readonly start: Checkpoint;
  /** How many events of an earlier process stay. */
  readonly keep: number;
}

async function runInFolder(run: SingleRun, onEvent: OnEvent, signal: AbortSignal): Promise<TrainResult> {
  const { folder, context, start, gate } = run;
  return failing(folder, async () => {
    const log = await openEventLog(runFile(folder, 'events'), run.keep);
    const emit: OnEvent = (event) => {
      log.append(event);
      onEvent(event);
    };
    let turn: Turn | undefined;
    try {
      run.early.forEach(log.append);
      emit({ ...startOf(run), steps: context.recipe.training.maxSteps, resumedAt: start.state.step });
      if (start.state.step === 0) for (const event of describeData(context)) emit(event);
      const parts = partsElsewhere(context.method);
      if (start.state.step === 0 && parts !== undefined) emit({ type: 'notice', code: 'noFirstKeys', args: { parts } });
      if (start.state.step === 0 && !context.method.tunesModel) {
        const parameters = tensorsUnder(start.tensors, 'parameter.');
        await writeFirstVectors(runFile(folder, 'firstVectors'), await keptEmbeddings(context, parameters));
      }
      const anchor = anchorOf(context);
      turn = run.besideOthers ? noTurn : await waitForTurn(run, emit, signal);
      if (!turn) {
        await updateStatus(folder, { state: 'stopped' });
        return { folder, reason: 'stopped' };
      }
      await updateStatus(folder, { state: 'running' });
      const result = await trainLoop(context, start, {
        emit,
        signal,
        gate,
        checkpointEveryMs,
        tunedWeights: runFile(folder, 'tunedWeights'),
        onPause: (paused) => updateStatus(folder, { state: paused ? 'paused' : 'running' }),
        saveCheckpoint: (checkpoint) =>
          writeCheckpoint(runFile(folder, 'checkpoint'), { ...checkpoint, anchor: { ...anchor, events: log.count } }),
      });
      const kept = await keepResult(run, result);
      const { nearest: tokens = [] } = kept;
      if (tokens.length > 0) emit({ type: 'nearest', step: result.bestStep, tokens });
      const { reason, step, bestStep, seconds } = result;
      emit({ type: 'end', reason, step, bestStep, seconds, folder: kept.folder });
      const state = reason === 'stopped' ? 'stopped' : 'finished';
      await updateStatus(folder, { state, ...(kept.nearest && { promptFolder: kept.folder }) });
      return { folder: kept.folder, reason };
    } finally {
      await turn?.release();
      log.close();
    }
  });
}

/** Saves a prompt in the store, with its nearest tokens; of a tuned model, what the recipe asks for in the run's folder. */
async function keepResult(
  { folder, store, name, context }: OwnedRun,
  result: LoopResult,
): Promise<{ readonly folder: string; readonly nearest?: NearestTokens[] }> {
  if (context.method.tunesModel) return { folder: await keepModel(folder, context, result) };
  const promptFolder = join(promptsFolder(store), name);
  const history = await readEvents(runFile(folder, 'events'));
  const nearest = await keepPrompt({
    store,
    name,
    folder: promptFolder,
    context,
    result,
    history,
    checkpoint: runFile(folder, 'checkpoint'),
    firstVectors: runFile(folder, 'firstVectors'),
  });
  return { folder: promptFolder, nearest };
}

function refuseOtherInputs(anchor: Anchor, context: RunContext, recipeFile: string): void {
  const now = anchorOf(context);
  if (now.model !== anchor.model)
    throw new SoftpromptError('run.modelChanged', {
      model: context.base.name,
      expected: anchor.model,
      found: now.model,
    });
  if (now.data !== anchor.data) throw new SoftpromptError('run.dataChanged', { file: recipeFile });
}

/** What a run stands on: it may only go on on the same. */
const anchorOf = ({ base, data }: RunContext): Omit<Anchor, 'events'> => ({
  model: base.checksum,
  data: createHash('sha256')
    .update(JSON.stringify([data.task, data.splits]))
    .digest('hex'),
});
