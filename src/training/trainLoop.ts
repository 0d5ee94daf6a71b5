import { defined } from '../common/assert.js';
import type { Gate } from '../common/gate.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { nearestToPrompt } from '../evaluation/interpretation/nearestToPrompt.js';
import { isBetter } from '../evaluation/metrics.js';
import { sampleRows } from '../evaluation/judgeRow.js';
import { designBefore } from '../evaluation/promptDesign.js';
import { noMethod } from '../methods/method.js';
import { writeTunedWeights } from '../models/tunedModel.js';
import type { Metrics, RunEvent } from '../protocol/events.js';
import { tensorsUnder, type Checkpoint, type RunState } from './checkpoint.js';
import { keptEmbeddings, keptMember } from './keptEmbeddings.js';
import { evaluateExamples, type Evaluation } from '../evaluation/evaluateExamples.js';
import type { Member } from '../evaluation/scorer.js';
import type { WeightLocations } from '../runtime/executor.js';
import { measurePace } from './pace.js';
import type { RunContext } from './runContext.js';
import { openStepper, trainedParameters, type StepResult } from './stepper.js';

/** What the loop needs of the world. */
export interface LoopHost {
  emit(event: RunEvent): void;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** How much work may be lost; what is under way when it is over comes on top. */
  readonly checkpointEveryMs: number;
  readonly signal: AbortSignal;
  /** Where the loop waits, with a checkpoint written, while a person has paused it. */
  readonly gate: Gate;
  onPause(paused: boolean): Promise<void>;
  /** Whether the nearest tokens are told on the way; they are unless said. */
  readonly tellsNearest?: boolean;
  /** Where a model's weights are written as they are trained, for evaluations to read. */
  readonly tunedWeights: string;
}

export interface LoopResult {
  readonly reason: 'finished' | 'earlyStopping' | 'stopped';
  readonly step: number;
  readonly bestStep: number;
  /** On dev, at the best step. */
  readonly bestMetrics: Metrics | undefined;
  readonly seconds: number;
  /** What was trained, by parameter name: as it was best on dev, or the last where there is no dev split. */
  readonly best: ReadonlyMap<string, Float32Array>;
  /** The last of each kind that was finished. */
  readonly evaluations: Readonly<Partial<Record<EvaluationKind, Evaluation>>>;
}
export type EvaluationKind = 'dev' | 'baseline.dev' | 'test' | 'baseline.test';

/** What is scored: a prompt before frozen weights, or weights that were trained. */
interface Answering {
  readonly member: Member;
  readonly weights: WeightLocations;
}

/** The baseline waits until the first steps have been seen. */
const baselineStep = 3;
const bare: Member = { method: noMethod };
const smoothing = 0.9;
/** A checkpoint of a whole model is large: writing takes at most one part in so many. */
const checkpointShare = 10;
const sampleCount = 12;
const nearestWhileTraining = 3;
const nearestEveryMs = 5000;

/** The beginning of a run, as a checkpoint. */
export const firstCheckpoint = (parameters: ReadonlyMap<string, Float32Array>): Checkpoint => ({
  state: { step: 0, evaluatedStep: 0, smoothedLoss: null, seconds: 0, best: null, evaluationsSinceBest: 0, scores: {} },
  tensors: new Map([...parameters].map(([name, data]) => [`parameter.${name}`, data])),
});

/** Trains from a checkpoint to the end, evaluating on the way, and keeps the best vectors. */
export async function trainLoop(context: RunContext, start: Checkpoint, host: LoopHost): Promise<LoopResult> {
  const { recipe, base, model, method, data, tokenize, engine, shared } = context;
  const { training } = recipe;
  const state: RunState = structuredClone(start.state);
  const stored = (prefix: string): Map<string, Float32Array> => tensorsUnder(start.tensors, prefix);
  const parameters = trainedParameters(context, stored('parameter.'));
  for (const { name, optimizer } of parameters)
    for (const [key, values] of stored(`optimizer.${name}.`)) defined(optimizer.state[key], key).set(values);
  const best = stored('best.');
  const evaluations: Partial<Record<EvaluationKind, Evaluation>> = {};

  let startMs = performance.now() - state.seconds * 1000;
  const seconds = (): number => (performance.now() - startMs) / 1000;
  let checkpointMs = performance.now();
  let checkpointEveryMs = host.checkpointEveryMs;
  const saveCheckpoint = async (): Promise<void> => {
    const beginMs = performance.now();
    const tensors = new Map<string, Float32Array>();
    for (const { name, trained, optimizer } of parameters) {
      tensors.set(`parameter.${name}`, trained.data);
      for (const [key, values] of Object.entries(optimizer.state)) tensors.set(`optimizer.${name}.${key}`, values);
    }
    for (const [name, values] of best) tensors.set(`best.${name}`, values);
    await host.saveCheckpoint({ state: { ...state, seconds: seconds() }, tensors });
    checkpointMs = performance.now();
    if (method.tunesModel)
      checkpointEveryMs = Math.max(host.checkpointEveryMs, checkpointShare * (checkpointMs - beginMs));
    host.emit({ type: 'checkpoint', step: state.step });
  };
  /** Between two pieces of work: a checkpoint where one is due, and a turn of the event loop, so that signals are heard. */
  const mayGoOn = async (): Promise<boolean> => {
    if (performance.now() - checkpointMs > checkpointEveryMs) await saveCheckpoint();
    await new Promise((resolve) => setImmediate(resolve));
    if (host.gate.closed && !host.signal.aborted) await pause();
    return !host.signal.aborted;
  };
  const pause = async (): Promise<void> => {
    await saveCheckpoint();
    const pausedMs = performance.now();
    await host.onPause(true);
    await host.gate.passed(host.signal);
    await host.onPause(false);
    startMs += performance.now() - pausedMs;
  };
  let nearestDueMs = 0;
  /** The nearest tokens as they are now, told so seldom that they cost a thirtieth of the time at most. */
  const tellNearest = async (): Promise<void> => {
    const begin = performance.now();
    if (method.tunesModel || begin < nearestDueMs || host.tellsNearest === false) return;
    const tokens = await nearestToPrompt(await keptEmbeddings(context, current()), context, nearestWhileTraining);
    if (tokens.length > 0) host.emit({ type: 'nearest', step: state.step, tokens });
    nearestDueMs = performance.now() + Math.max(nearestEveryMs, 30 * (performance.now() - begin));
  };

  /** False where it was stopped before its end. */
  const evaluate = async (
    split: 'dev' | 'test',
    { member, weights }: Answering,
    baseline: boolean,
  ): Promise<boolean> => {
    const examples = data.splits[split];
    if (examples.length === 0) return true;
    const kind: EvaluationKind = baseline ? `baseline.${split}` : split;
    const { ranking } = recipe.evaluation ?? {};
    const sessions = shared && { sessions: shared.scoring };
    const setting = { engine, weights, model, task: data.task, tokenize, ranking, ...sessions };
    const evaluation = await evaluateExamples(setting, member, examples, (state.scores[kind] ??= []), mayGoOn);
    if (!evaluation) return false;
    evaluations[kind] = evaluation;
    const { metric, value, loss, metrics, scored: rows } = evaluation;
    const isBest = kind === 'dev' && keepIfBest(evaluation);
    const samples = sampleRows(rows, examples, data.task, sampleCount);
    const { step } = state;
    host.emit({ type: 'evaluation', step, split, baseline, loss, metric, value, metrics, best: isBest, samples });
    return true;
  };
  const keepIfBest = ({ metric, value, loss, metrics }: Evaluation): boolean => {
    if (!isBetter({ metric, value, loss }, state.best ?? undefined)) {
      state.evaluationsSinceBest++;
      return false;
    }
    state.best = { step: state.step, metric, value, loss, metrics };
    state.evaluationsSinceBest = 0;
    for (const { name, trained } of parameters) best.set(name, trained.data.slice());
    return true;
  };
  const untrained: Answering = { member: bare, weights: base.weights };
  /** What answers with trained values: what is kept of them, the same numbers without an encoder, or the model that they are. */
  const answering = async (values: ReadonlyMap<string, Float32Array>): Promise<Answering> =>
    method.tunesModel
      ? { member: bare, weights: await writeTunedWeights(host.tunedWeights, method.parameters, values) }
      : {
          member: await keptMember(context, values),
          weights: base.weights,
        };
  const evaluateKept = async (split: 'dev' | 'test', values: ReadonlyMap<string, Float32Array>): Promise<boolean> =>
    data.splits[split].length === 0 || evaluate(split, await answering(values), false);
  /** The prompt-design baseline, on the rows that the trained prompt is known by. */
  const evaluateDesign = async (): Promise<boolean> => {
    const { examples: count = 0, instruction, ranking } = recipe.evaluation ?? {};
    const split = data.splits.test.length > 0 ? 'test' : 'dev';
    const rows = data.splits[split];
    if ((count === 0 && instruction === undefined) || rows.length === 0) return true;
    const options = { count, instruction, seed: training.seed };
    const design = designBefore(rows, data.splits.train, options, tokenize, base.config.maxPositions);
    const setting = { ...design, engine, weights: base.weights, model, task: data.task, ranking };
    const evaluation = await evaluateExamples(setting, bare, rows, (state.scores.design ??= []), mayGoOn);
    if (!evaluation) return false;
    const { metric, value, loss, metrics } = evaluation;
    host.emit({ type: 'design', split, examples: design.count, loss, metric, value, metrics });
    return true;
  };
  const current = (): Map<string, Float32Array> => new Map(parameters.map(({ name, trained }) => [name, trained.data]));

  /** The evaluations that are due after the step just done; a resumed run may enter in the middle of them. */
  const evaluateStep = async (): Promise<boolean> => {
    const { step } = state;
    const baselineDue = recipe.baseline && step >= Math.min(baselineStep, training.maxSteps);
    if (baselineDue && !evaluations['baseline.dev'] && !(await evaluate('dev', untrained, true))) return false;
    const due = step > 0 && (step % training.evalEvery === 0 || step === training.maxSteps);
    if (!due || state.evaluatedStep === step) return true;
    if (!(await evaluateKept('dev', current()))) return false;
    state.evaluatedStep = step;
    delete state.scores.dev;
    await tellNearest();
    return true;
  };

  const stepper = await openStepper(context, parameters);
  const pace = measurePace();
  const report = (result: StepResult): void => {
    const { loss, learningRate, gradientNorm } = result;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw new SoftpromptError('run.diverged', { step: state.step, learningRate });
    pace.add(result);
    state.smoothedLoss = state.smoothedLoss === null ? loss : smoothing * state.smoothedLoss + (1 - smoothing) * loss;
    host.emit({
      type: 'step',
      step: state.step,
      epoch: (state.step * training.gradientAccumulation) / stepper.batchesPerEpoch,
      loss,
      smoothedLoss: state.smoothedLoss,
      learningRate,
      gradientNorm,
      examplesPerSecond: pace.perSecond('examples'),
      tokensPerSecond: pace.perSecond('tokens'),
      secondsLeft: pace.secondsPerStep() * (training.maxSteps - state.step),
      memoryMb: process.memoryUsage.rss() / 2 ** 20,
      seconds: seconds(),
    });
  };
  const trainToEnd = async (): Promise<LoopResult['reason']> => {
    for (;;) {
      if (!(await evaluateStep())) return 'stopped';
      if (state.step >= training.maxSteps) return 'finished';
      if (state.evaluationsSinceBest >= (training.earlyStopping ?? Infinity)) return 'earlyStopping';
      const result = await stepper.step(state.step + 1);
      state.step++;
      report(result);
      if (!(await mayGoOn())) return 'stopped';
    }
  };

  let reason: LoopResult['reason'];
  try {
    reason = await trainToEnd();
  } finally {
    await stepper.dispose();
  }
  if (best.size === 0) for (const [name, values] of current()) best.set(name, values);
  if (reason !== 'stopped') {
    await saveCheckpoint();
    const tested =
      (await evaluateKept('test', best)) &&
      (!recipe.baseline || ((await evaluate('test', untrained, true)) && (await evaluateDesign())));
    if (!tested) reason = 'stopped';
  }
  await saveCheckpoint();
  return {
    reason,
    step: state.step,
    bestStep: state.best?.step ?? state.step,
    bestMetrics: state.best?.metrics,
    seconds: seconds(),
    best,
    evaluations,
  };
}
