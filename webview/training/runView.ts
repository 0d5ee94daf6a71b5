import type { RunEvent } from '../../src/protocol/events.js';
import type { PanelRun, StepEvent, Told, ToldEvent } from '../../src/protocol/panelMessages.js';
import { countBelow } from '../common/ascending.js';
import { column, type Column } from './column.js';

type EventOf<T extends ToldEvent['type']> = Extract<RunEvent, { type: T }>;
export type Evaluation = EventOf<'evaluation'>;

/** What an evaluation leaves behind when the next one comes. */
export type Score = Pick<Evaluation, 'step' | 'loss' | 'value' | 'best'>;

/** A run as the panel shows it: what it has told, of bulky things the latest only. */
export interface RunView {
  run: PanelRun;
  readonly steps: {
    readonly step: Column<Uint32Array>;
    readonly loss: Column<Float32Array>;
    readonly learningRate: Column<Float32Array>;
    readonly gradientNorm: Column<Float32Array>;
  };
  lastStep?: StepEvent | undefined;
  start?: EventOf<'start'>;
  /** Of the prompt on dev, in order of steps. */
  dev: readonly Score[];
  readonly evaluations: { dev?: Evaluation; baseline?: Evaluation; test?: Evaluation; testBaseline?: Evaluation };
  nearest?: EventOf<'nearest'>;
  nearestBefore?: EventOf<'nearest'> | undefined;
  /** Why there will be no nearest tokens. */
  noNearest?: string;
  end?: EventOf<'end'> | undefined;
  /** What is worth a line, in order. */
  log: readonly LogEvent[];
}
export type LogEvent = Exclude<ToldEvent, { type: 'nearest' | 'evaluation' }> | Omit<Evaluation, 'samples' | 'metrics'>;

export function viewRun(run: PanelRun, told: Told): RunView {
  const view: RunView = {
    run,
    steps: {
      step: column(Uint32Array),
      loss: column(Float32Array),
      learningRate: column(Float32Array),
      gradientNorm: column(Float32Array),
    },
    dev: [],
    evaluations: {},
    log: [],
  };
  addTold(view, run, told);
  return view;
}

/** Takes in what a run has told since. */
export function addTold(view: RunView, run: PanelRun, { steps, lastStep, events }: Told): void {
  view.run = run;
  const [first] = steps.step;
  if (first !== undefined) cutSteps(view, first - 1);
  for (const name of ['step', 'loss', 'learningRate', 'gradientNorm'] as const) view.steps[name].append(steps[name]);
  if (lastStep) view.lastStep = lastStep;
  for (const event of events) addEvent(view, event);
}

function addEvent(view: RunView, event: ToldEvent): void {
  switch (event.type) {
    case 'start':
      view.start = event;
      view.end = undefined;
      view.dev = view.dev.filter(({ step }) => step <= event.resumedAt);
      break;
    case 'evaluation':
      addEvaluation(view, event);
      return;
    case 'nearest':
      // The kept prompt's are told once more at the end.
      if (view.nearest?.step !== event.step) view.nearestBefore = view.nearest;
      view.nearest = event;
      return;
    case 'checkpoint':
      if (view.log.at(-1)?.type === 'checkpoint') view.log = view.log.slice(0, -1);
      break;
    case 'notice':
      if (event.code === 'noFirstKeys') view.noNearest = event.text;
      break;
    case 'end':
      view.end = event;
      break;
    default:
  }
  view.log = [...view.log, event];
}

function addEvaluation(view: RunView, event: Evaluation): void {
  const { type, step, split, baseline, loss, metric, value, best } = event;
  if (split === 'dev' && !baseline) {
    view.evaluations.dev = event;
    view.dev = [...view.dev, { step, loss, value, best }];
  } else if (split === 'dev') view.evaluations.baseline = event;
  else if (split === 'test') view.evaluations[baseline ? 'testBaseline' : 'test'] = event;
  view.log = [...view.log, { type, step, split, baseline, loss, metric, value, best }];
}

/** A resumed run does the steps after its checkpoint again. */
function cutSteps(view: RunView, last: number): void {
  const kept = countBelow(view.steps.step.values(), last + 1);
  for (const values of Object.values(view.steps)) values.cut(kept);
}

/** The score that is kept when the run stops now. */
export function bestScore({ dev }: RunView): Score | undefined {
  return dev.findLast(({ best }) => best);
}

/** Dev evaluations since the best one: early stopping counts them. */
export function evaluationsSinceBest({ dev }: RunView): number {
  return dev.length - 1 - dev.findLastIndex(({ best }) => best);
}
