import { join } from 'node:path';
import { defined } from '../../common/assert.js';
import { modelSessions } from '../../evaluation/modelSessions.js';
import { openEventLog, readEvents } from '../../store/eventLog.js';
import { readGroupPart } from '../../store/groupParts.js';
import type { GroupEntry } from '../../store/groupSet.js';
import { runFile } from '../../store/runFiles.js';
import { kindOf, promptsFolder } from '../../store/storeLocation.js';
import type { Turn } from '../../store/trainingQueue.js';
import { readCheckpoint, type Checkpoint } from '../checkpoint.js';
import { describeData } from '../describeData.js';
import { failing, noTurn, startOf, updateStatus, waitForTurn, type OnEvent, type TrainResult } from '../ownedRun.js';
import { openTraining } from '../stepper.js';
import { keepGroups, takeKnownGroups } from './keepGroups.js';
import { planGroups, type GroupsRun, type PlannedGroup } from './plan.js';
import { testGroups } from './testGroups.js';
import { groupEvent, trainGroup } from './trainGroup.js';

/**
 * Trains the groups of a recipe one after the other, each as if there were no other, on a model that is loaded once, and saves their prompts
 * together. What is finished already is not trained again: by this run before it was stopped, or by an earlier run whose saved prompt of a
 * group follows from the same rows and settings. An abort stops between two steps and saves the groups that are done.
 */
export async function trainGroups(run: GroupsRun, onEvent: OnEvent, signal: AbortSignal): Promise<TrainResult> {
  const { folder, store, name, context } = run;
  return failing(folder, async () => {
    const { column } = defined(context.data.grouped, 'groups');
    const plan = planGroups(run);
    const promptFolder = join(promptsFolder(store), name);
    const known = await takeKnownGroups(folder, promptFolder, plan);
    const { keep, start, told } = await whereItStood(run, plan);
    const log = await openEventLog(runFile(folder, 'events'), keep);
    const emit: OnEvent = (event) => {
      log.append(event);
      onEvent(event);
    };
    const { maxSteps } = context.recipe.training;
    const steps = plan.length * maxSteps;
    const scoring = modelSessions({ engine: context.engine, weights: context.base.weights });
    const training = await openTraining(context);
    let turn: Turn | undefined;
    try {
      if (keep === 0) run.early.forEach(log.append);
      const resumedAt = await finishedSteps(folder, plan, maxSteps, start);
      const groups = { column, count: plan.length };
      emit({ ...startOf(run), steps, resumedAt, groups });
      if (keep === 0) for (const event of describeData(context)) emit(event);
      if (known > 0) emit({ type: 'notice', code: 'groupsKept', args: { count: known, total: plan.length } });
      turn = run.besideOthers ? noTurn : await waitForTurn(run, emit, signal);
      if (!turn) {
        await updateStatus(folder, { state: 'stopped' });
        return { folder, reason: 'stopped' };
      }
      await updateStatus(folder, { state: 'running' });

      const shared = { ...context, shared: { training, scoring } };
      const done: GroupEntry[] = [];
      let reason: TrainResult['reason'] = 'finished';
      for (const group of plan) {
        const before = await readGroupPart(folder, group.key);
        if (before) {
          done.push({ ...before, group: group.group });
          if (!told.has(group.group)) emit(groupEvent(group, before, maxSteps, secondsOf(done)));
          continue;
        }
        const seconds = secondsOf(done);
        const from = start?.anchor.data === group.key ? start : undefined;
        const host = { emit, signal, count: () => log.count };
        const entry = await trainGroup({ ...run, context: shared }, group, { done: done.length, seconds, from }, host);
        if (!entry) {
          reason = 'stopped';
          break;
        }
        done.push(entry);
      }
      const tested = reason === 'finished' ? await testGroups(run, shared, plan, emit, signal) : [];
      if (!tested) reason = 'stopped';
      const seconds = secondsOf(done);
      const step = reason === 'finished' ? steps : done.length * maxSteps;
      if (done.length > 0) await keepGroups(run, promptFolder, done, tested ?? []);
      emit({ type: 'end', reason, step, bestStep: step, seconds, folder: done.length > 0 ? promptFolder : folder });
      await updateStatus(folder, {
        state: reason === 'stopped' ? 'stopped' : 'finished',
        ...(done.length > 0 && { promptFolder }),
      });
      return { folder: done.length > 0 ? promptFolder : folder, reason };
    } finally {
      await turn?.release();
      await training.dispose();
      await scoring.dispose();
      log.close();
    }
  });
}

/**
 * How many events of an earlier process stay, and the checkpoint in the middle of a group, where one was left: those up to the last group
 * whose prompt is on disk, or up to that checkpoint.
 */
async function whereItStood(
  { folder, context }: GroupsRun,
  plan: readonly PlannedGroup[],
): Promise<{ keep: number; start: Required<Checkpoint> | undefined; told: ReadonlySet<string> }> {
  const file = runFile(folder, 'checkpoint');
  const checkpoint = (await kindOf(file)) === 'file' ? await readCheckpoint(file) : undefined;
  const keys = new Map(plan.map(({ group, key }) => [group, key]));
  const events = await readEvents(runFile(folder, 'events'));
  const told = new Set<string>();
  let keep = 0;
  for (const [i, event] of events.entries()) {
    if (event.type !== 'group' || !(await readGroupPart(folder, keys.get(event.group) ?? ''))) continue;
    keep = i + 1;
    told.add(event.group);
  }
  if (!checkpoint || checkpoint.anchor.model !== context.base.checksum) return { keep, start: undefined, told };
  const { data, events: toldBefore } = checkpoint.anchor;
  for (const { key } of plan) {
    if (await readGroupPart(folder, key)) continue;
    if (data !== key || toldBefore > events.length) break;
    return { keep: Math.max(keep, toldBefore), start: checkpoint, told };
  }
  return { keep, start: undefined, told };
}

/** How far the groups are together: to the first that is not finished, and into it. */
async function finishedSteps(
  folder: string,
  plan: readonly PlannedGroup[],
  maxSteps: number,
  start: Checkpoint | undefined,
): Promise<number> {
  for (const [i, { key }] of plan.entries())
    if (!(await readGroupPart(folder, key))) return i * maxSteps + (start?.state.step ?? 0);
  return plan.length * maxSteps;
}

const secondsOf = (done: readonly GroupEntry[]): number => done.reduce((sum, { seconds }) => sum + seconds, 0);
