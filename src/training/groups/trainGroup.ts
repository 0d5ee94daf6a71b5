import { SoftpromptError } from '../../errors/softpromptError.js';
import type { ErrorArguments } from '../../errors/catalogue.js';
import { mainMetric } from '../../evaluation/metrics.js';
import type { EventOf, RunEvent } from '../../protocol/events.js';
import { writeGroupPart } from '../../store/groupParts.js';
import type { GroupEntry } from '../../store/groupSet.js';
import { runFile } from '../../store/runFiles.js';
import { writeCheckpoint, type Checkpoint } from '../checkpoint.js';
import { storedEmbeddings } from '../keepPrompt.js';
import { keptEmbeddings } from '../keptEmbeddings.js';
import { checkpointEveryMs, updateStatus } from '../ownedRun.js';
import type { RunContext } from '../runContext.js';
import { firstCheckpoint, trainLoop, type LoopResult } from '../trainLoop.js';
import type { GroupsRun, PlannedGroup } from './plan.js';

/** More steps than this are told of no run: some of each group's, and its last. */
const mostSteps = 30_000;

interface Before {
  /** How many groups are done, and in how many seconds. */
  readonly done: number;
  readonly seconds: number;
  /** Where an earlier process had left this group. */
  readonly from: Checkpoint | undefined;
}

interface Host {
  emit(event: RunEvent): void;
  readonly signal: AbortSignal;
  /** How many events were told. */
  count(): number;
}

/**
 * Trains one group's prompt and writes it into the run's folder; undefined where it was stopped before its end. Its rows, their order, the
 * split and every random draw follow from its own rows and the recipe's seed.
 */
export async function trainGroup(
  run: GroupsRun,
  group: PlannedGroup,
  before: Before,
  host: Host,
): Promise<GroupEntry | undefined> {
  const { folder, gate, parameters } = run;
  const { data, key } = group;
  const context: RunContext = { ...run.context, recipe: { ...run.context.recipe, baseline: false }, data };
  const place = { group: group.group, number: group.number, of: group.of };
  const { maxSteps } = context.recipe.training;
  const offset = (group.number - 1) * maxSteps;
  const stride = Math.ceil((group.of * maxSteps) / mostSteps);
  const told = (event: EventOf<'step'>): EventOf<'step'> => {
    const own = event.seconds ?? 0;
    const mean = before.done > 0 ? before.seconds / before.done : own + event.secondsLeft;
    const secondsLeft = Math.max(0, mean - own) + (group.of - group.number) * mean;
    return { ...event, step: offset + event.step, seconds: before.seconds + own, secondsLeft, group: place };
  };
  const result = await trainLoop(context, before.from ?? firstCheckpoint(parameters), {
    emit: (event) => {
      if (event.type === 'checkpoint') host.emit({ ...event, step: offset + event.step });
      // Scores and neighbours of single groups would be a jumble in one chart: each group's score is told at its end.
      const { step } = event.type === 'step' ? event : { step: 0 };
      if (event.type === 'step' && (step % stride === 0 || step === 1 || step === maxSteps)) host.emit(told(event));
    },
    signal: host.signal,
    gate,
    checkpointEveryMs,
    tellsNearest: false,
    tunedWeights: runFile(folder, 'tunedWeights'),
    onPause: (paused) => updateStatus(folder, { state: paused ? 'paused' : 'running' }),
    saveCheckpoint: (checkpoint) =>
      writeCheckpoint(runFile(folder, 'checkpoint'), {
        ...checkpoint,
        anchor: { model: context.base.checksum, data: key, events: host.count() },
      }),
  }).catch((error: unknown) => {
    throw ofGroup(error, run, group);
  });
  if (result.reason === 'stopped') return undefined;
  const embeddings = storedEmbeddings(context, await keptEmbeddings(context, result.best));
  const entry = entryOf(group, result);
  host.emit(groupEvent(group, entry, maxSteps, before.seconds + entry.seconds));
  await writeGroupPart(folder, entry, embeddings.shape, embeddings.data);
  return entry;
}

/** What is told of a group whose prompt is done; `seconds` of all groups up to it. */
export function groupEvent(
  { group, number, of }: PlannedGroup,
  { rows, score }: GroupEntry,
  maxSteps: number,
  seconds: number,
): EventOf<'group'> {
  return { type: 'group', step: number * maxSteps, rows, ...(score && { score }), seconds, group, number, of };
}

function entryOf({ group, key, data }: PlannedGroup, result: LoopResult): GroupEntry {
  const { train, dev } = data.splits;
  const { step, bestStep, bestMetrics, seconds } = result;
  return {
    group,
    key,
    rows: { train: train.length, dev: dev.length },
    steps: step,
    bestStep,
    seconds,
    ...(bestMetrics && { score: mainMetric(bestMetrics) }),
  };
}

/** A training that breaks down says whose it was. */
function ofGroup(error: unknown, { context }: GroupsRun, { group }: PlannedGroup): unknown {
  if (!(error instanceof SoftpromptError) || error.code !== 'run.diverged') return error;
  const { step, learningRate } = error.args as ErrorArguments<'run.diverged'>;
  const column = context.data.grouped?.column ?? '';
  return new SoftpromptError('run.groupDiverged', { column, group, step, learningRate }, { cause: error });
}
