import { defined } from '../../common/assert.js';
import type { ResolvedTask } from '../../data/columns.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Example } from '../../protocol/dataset.js';
import type { Baselines, EvaluationSummary, Verdict, VoteRule } from '../../protocol/evaluation.js';
import type { Metrics } from '../../protocol/events.js';
import type { ModelCache } from '../modelCache.js';
import { keptDesign, type DesignedRows } from './designedRows.js';
import { openJudge, judgeTask, type JudgePrompt, type OpenJudge } from './judge.js';
import { answer, beginningOf, makePace, questionsAbout, sampleExamples, type Question } from './questions.js';
import { baselineMetrics, judgedRows, summarise } from './summary.js';
import {
  applyChange,
  matchRows,
  readText,
  textRows,
  untouchedRows,
  type TextChange,
  type TextReading,
  type TextRow,
} from './textRows.js';
import { problemVerdict, verdictOf, type Outcome, type Reading } from './verdicts.js';
import { workQueue, type Stage, type Turn, type WorkQueue } from './workQueue.js';

/** What an evaluation stands on: fixed but for what a retrained prompt changes. */
export interface LiveSetting {
  readonly folders: readonly string[];
  readonly reading: TextReading;
  /** How many examples a prompt-design baseline has; 0: none. */
  readonly baselines: { readonly none: boolean; readonly examples: number };
  prompts: readonly JudgePrompt[];
  base: OpenJudge['base'];
  task: ResolvedTask;
}

/** Who hears of an evaluation. What is told of rows belongs to the layout that was told last. */
export interface Listener {
  judged(told: { revision: number; verdicts: readonly Verdict[]; done: number; total: number }): Promise<void>;
  layout(told: {
    revision: number;
    rows: readonly TextRow[];
    cameFrom: readonly number[];
    problem?: ErrorMessage;
  }): Promise<void>;
  finished(told: { revision: number; summary: EvaluationSummary; problem?: ErrorMessage }): Promise<void>;
  /** The evaluation came to an end, for now: once everything is kept, or why it is not. */
  keep(summary: EvaluationSummary): Promise<ErrorMessage | undefined>;
  /** Outcomes to be kept. */
  answered(stage: Stage, outcomes: readonly (readonly [key: string, outcome: Outcome])[]): void;
  /** The judge's prompts became others: what was kept is of no more use. */
  forgotten(): void;
}

/** What stands now, for who asks. */
export interface Snapshot {
  readonly text: string;
  readonly rows: readonly TextRow[];
  readonly verdicts: readonly (Verdict | undefined)[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly reading: Reading;
}

export interface LiveEvaluation {
  /** Judges what is not judged yet, and tells what nobody has heard; `lines` are seen. */
  begin(lines?: readonly [number, number]): void;
  change(revision: number, changes: readonly TextChange[]): void;
  stop(): void;
  close(): void;
  vote(rule: VoteRule): void;
  snapshot(): Snapshot;
  summary(): EvaluationSummary;
}

interface Batch {
  readonly stage: Stage;
  readonly questions: readonly Question[];
  /** The rows that they are about, and others. */
  readonly near: readonly number[];
}

/** How many verdicts are told at once: a message of some hundred kilobytes. */
const toldAtOnce = 1000;

/**
 * An evaluation that follows its text: what changes is judged at once, what was judged stays. One thing happens at a time, and between two
 * batches whatever was said meanwhile is heard. `known` has the answers of an earlier process, `seconds` how long they took.
 */
export function liveEvaluation(
  models: ModelCache,
  setting: LiveSetting,
  first: { readonly text: string; readonly rows: readonly TextRow[]; readonly vote: VoteRule },
  known: {
    readonly outcomes: Readonly<Partial<Record<Stage, ReadonlyMap<string, Outcome>>>>;
    readonly seconds: number;
  },
  listener: Listener,
): LiveEvaluation {
  const wanted: readonly Stage[] = [
    'prompts',
    ...(setting.baselines.none ? (['none'] as const) : []),
    ...(setting.baselines.examples > 0 ? (['examples'] as const) : []),
  ];
  const outcomes: Record<Stage, Map<string, Outcome>> = {
    prompts: new Map(known.outcomes.prompts),
    none: new Map(known.outcomes.none),
    examples: new Map(known.outcomes.examples),
  };
  const pace = makePace();
  const beginnings = new Map<Stage, readonly number[]>();
  let { text, rows, vote } = first;
  let verdicts: (Verdict | undefined)[] = [];
  /** Rows whose verdicts nobody has heard. */
  let untold: number[] = [];
  let queue: WorkQueue = workQueue([], {});
  let ready: Batch[] = [];
  /** Of the layout that was told last, and of the newest change. */
  let revision = 0;
  let newest = 0;
  const changes: TextChange[] = [];
  let running = false;
  let stopped = false;
  let closed = false;
  let { seconds } = known;
  /** Of the prompt-design baseline: as many as had room. */
  let exampleCount = setting.baselines.examples;

  const reading = (): Reading => ({
    task: setting.task,
    vote,
    weights: setting.prompts.map(({ weight }) => weight),
  });

  const verdictFor = ({ content, key }: TextRow, row: number): Verdict | undefined => {
    if ('problem' in content) return problemVerdict(row, content.problem);
    const outcome = outcomes.prompts.get(key);
    return outcome && verdictOf(row, content.example, outcome, reading());
  };

  /** Notes what is known of the rows, and what is left to be asked; `soon` are rows that someone waits for. */
  const arrange = (soon: readonly number[]): void => {
    const urgent = soon.filter((row) => verdicts[row] === undefined);
    const isUrgent = new Set(urgent);
    const missing = (stage: Stage): number[] =>
      rows.flatMap(({ content, key }, row) =>
        'example' in content && !outcomes[stage].has(key) && !(stage === 'prompts' && isUrgent.has(row)) ? [row] : [],
      );
    queue = workQueue(urgent, Object.fromEntries(wanted.map((stage) => [stage, missing(stage)])));
    ready = [];
  };

  const left = (): number => queue.left + ready.reduce((sum, { questions }) => sum + questions.length, 0);
  const total = (): number => rows.length * wanted.length;

  const tell = async (told: readonly number[]): Promise<void> => {
    const known = told.flatMap((row) => verdicts[row] ?? []);
    await listener.judged({ revision, verdicts: known, done: Math.max(0, total() - left()), total: total() });
  };

  /** Reads the text as it is now; rows that did not change keep their verdicts. */
  const layOut = async (): Promise<void> => {
    const made = changes.splice(0);
    const before = rows;
    revision = newest;
    let cameFrom: number[];
    let problem: ErrorMessage | undefined;
    try {
      rows = textRows(text, readText(text, setting.reading), setting.task);
      cameFrom = matchRows(before, rows);
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      problem = error.toMessage();
      ({ rows, cameFrom } = untouchedRows(before, made, text));
    }
    const heard = new Set(untold);
    const old = verdicts;
    verdicts = rows.map((row, i) => {
      const verdict = old[cameFrom[i] ?? -1];
      if (verdict) return verdict.row === i ? verdict : { ...verdict, row: i };
      return verdictFor(row, i);
    });
    const isNew = rows.flatMap((_, i) => ((cameFrom[i] ?? -1) < 0 ? [i] : []));
    untold = rows.flatMap((_, i) => {
      const from = cameFrom[i] ?? -1;
      return verdicts[i] && (from < 0 || heard.has(from)) ? [i] : [];
    });
    arrange(isNew);
    await listener.layout({ revision, rows, cameFrom, ...(problem && { problem }) });
  };

  /** Everything again, with prompts that are not those that judged so far. */
  const startAgain = async (judge: OpenJudge): Promise<void> => {
    for (const stage of wanted) outcomes[stage].clear();
    beginnings.clear();
    listener.forgotten();
    const table = readText(text, setting.reading);
    setting.prompts = judge.prompts;
    setting.base = judge.base;
    setting.task = judgeTask(judge, table);
    rows = textRows(text, table, setting.task);
    verdicts = rows.map(verdictFor);
    untold = rows.flatMap((_, i) => (verdicts[i] ? [i] : []));
    arrange([]);
    await listener.layout({ revision, rows, cameFrom: rows.map(() => -1) });
  };

  const note = (stage: Stage, found: readonly (readonly [string, Outcome])[]): void => {
    for (const [key, outcome] of found) outcomes[stage].set(key, outcome);
    if (found.length > 0) listener.answered(stage, found);
  };

  /** Tells of rows with these keys; `near` are those that were asked about. */
  const settle = async (keys: Pick<ReadonlySet<string>, 'has'>, near: Iterable<number>): Promise<void> => {
    const settled: number[] = [];
    for (const i of near) {
      const row = rows[i];
      if (!row || verdicts[i] || !keys.has(row.key)) continue;
      verdicts[i] = verdictFor(row, i);
      settled.push(i);
    }
    await tell(settled);
  };

  const designOf = async (judge: OpenJudge): Promise<DesignedRows> => {
    const { examples } = setting.baselines;
    const design = await keptDesign(judge.first, setting.task, examples, rows, setting.reading.source.path);
    exampleCount = design.count;
    return design;
  };

  const prepare = async ({ stage, rows: near }: Turn, judge: OpenJudge): Promise<void> => {
    const examples = new Map<string, Example>();
    for (const i of near) {
      const { content, key } = defined(rows[i], 'a row');
      if ('example' in content && !outcomes[stage].has(key)) examples.set(key, content.example);
    }
    const design = stage === 'examples' ? await designOf(judge) : undefined;
    if (changes.length > 0) return;
    const asking = { stage, judge, task: setting.task, design };
    if (!beginnings.has(stage)) {
      const sample = questionsAbout(sampleExamples(rows), asking);
      beginnings.set(stage, beginningOf(sample.questions));
    }
    const { questions, problems } = questionsAbout(examples, asking);
    note(stage, problems);
    ready = pace.batches(questions).map((batch) => ({ stage, near, questions: batch }));
    // Rows that are like one that was judged meanwhile, or that cannot be judged.
    if (stage === 'prompts') await settle(outcomes.prompts, near);
  };

  const judgeBatch = async ({ stage, near, questions }: Batch, judge: OpenJudge): Promise<void> => {
    const layout = rows;
    const begun = performance.now();
    const asking = { stage, judge, task: setting.task, beginning: beginnings.get(stage) ?? [] };
    const found = await answer(models, asking, questions);
    const ms = performance.now() - begun;
    pace.took(questions, ms);
    seconds += ms / 1000;
    note(stage, found);
    const keys = new Set(found.map(([key]) => key));
    if (stage === 'prompts') await settle(keys, rows === layout ? near : rows.keys());
    else await tell([]);
  };

  const summary = (): EvaluationSummary => {
    const judged = judgedRows(rows, outcomes.prompts);
    const labels = setting.task.labels && Object.keys(setting.task.labels);
    const beside = (stage: Stage): Metrics | undefined => {
      const scored = judgedRows(rows, outcomes[stage]);
      return scored.length > 0 ? baselineMetrics(scored, labels) : undefined;
    };
    const [none, examples] = [beside('none'), beside('examples')];
    const baselines: Baselines = {
      ...(none && { none }),
      ...(examples && { examples: { count: exampleCount, metrics: examples } }),
    };
    return {
      ...summarise(judged, verdicts, { reading: reading(), prompts: setting.prompts, baselines }),
      seconds,
      complete: wanted.every((stage) =>
        rows.every(({ content, key }) => 'problem' in content || outcomes[stage].has(key)),
      ),
    };
  };

  /** One thing that is to be done; false where nothing is. */
  const step = async (): Promise<boolean> => {
    if (changes.length > 0) {
      await layOut();
      return true;
    }
    if (ready.length === 0 || untold.length > 0) {
      const waiting = untold.splice(0, toldAtOnce);
      if (waiting.length > 0) {
        await tell(waiting);
        return true;
      }
    }
    const batch = ready[0];
    const turn = batch ? undefined : queue.next(stopped);
    if (!batch && !turn) return false;
    const judge = await openJudge(models, setting.folders);
    if (changes.length > 0) return true;
    if (judge.prompts.some(({ checksum }, i) => checksum !== setting.prompts[i]?.checksum)) await startAgain(judge);
    else if (turn) await prepare(turn, judge);
    else if (batch && ready.shift() === batch) await judgeBatch(batch, judge);
    return true;
  };

  const run = async (): Promise<void> => {
    if (running || closed) return;
    running = true;
    let problem: ErrorMessage | undefined;
    try {
      do await breathe();
      while (!closed && (await step()));
    } catch (error) {
      if (!closed) problem = asProblem(error);
    }
    running = false;
    if (closed) return;
    if (changes.length > 0) return run();
    const ended = { revision, summary: summary() };
    const unkept = await listener.keep(ended.summary);
    const why = problem ?? unkept;
    if (!closed) await listener.finished({ ...ended, ...(why && { problem: why }) });
  };

  return {
    begin: (lines) => {
      verdicts = rows.map(verdictFor);
      untold = rows.flatMap((_, i) => (verdicts[i] ? [i] : []));
      const [from, to] = lines ?? [0, -1];
      arrange(rows.flatMap(({ line, endLine }, i) => (endLine >= from && line <= to ? [i] : [])));
      void run();
    },
    change: (newRevision, made) => {
      text = made.reduce(applyChange, text);
      changes.push(...made);
      newest = newRevision;
      void run();
    },
    stop: () => {
      stopped = true;
      arrange([]);
    },
    close: () => {
      closed = true;
    },
    vote: (rule) => {
      vote = rule;
      verdicts = rows.map(verdictFor);
      untold = rows.flatMap((_, i) => (verdicts[i] ? [i] : []));
      void run();
    },
    snapshot: () => ({ text, rows, verdicts, outcomes: outcomes.prompts, reading: reading() }),
    summary,
  };
}

/** Lets everything that was said meanwhile be heard: reading it and handling it each wait for a turn of the event loop. */
async function breathe(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function asProblem(error: unknown): ErrorMessage {
  if (error instanceof SoftpromptError) return error.toMessage();
  console.error(error);
  const reason = error instanceof Error ? error.message : String(error);
  return new SoftpromptError('run.evaluationFailed', { reason }).toMessage();
}
