import { defined } from '../../common/assert.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { EvaluationSummary, Verdict, VoteRule } from '../../protocol/evaluation.js';
import type { ModelCache } from '../modelCache.js';
import type { PromptDesign } from '../promptDesign.js';
import { keptDesign } from './designedRows.js';
import { openJudge, type OpenJudge } from './judge.js';
import { answer, beginningOf, makePace, questionsAbout, sampleRows, type Question } from './questions.js';
import { textLedger, type FirstRows, type LiveSetting, type Snapshot } from './textLedger.js';
import type { Asked, TextChange, TextRow } from './textRows.js';
import type { Outcome } from './verdicts.js';
import { workQueue, type Stage, type Turn, type WorkQueue } from './workQueue.js';

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
 * batches whatever was said meanwhile is heard.
 */
export function liveEvaluation(
  models: ModelCache,
  setting: LiveSetting,
  first: FirstRows,
  listener: Listener,
): LiveEvaluation {
  const wanted: readonly Stage[] = [
    'prompts',
    ...(setting.baselines.none ? (['none'] as const) : []),
    ...(setting.baselines.examples > 0 ? (['examples'] as const) : []),
  ];
  const ledger = textLedger(setting, wanted, first);
  const pace = makePace();
  const beginnings = new Map<Stage, readonly number[]>();
  let queue: WorkQueue = workQueue([], {});
  let ready: Batch[] = [];
  /** Of the layout that was told last, and of the newest change. */
  let revision = 0;
  let newest = 0;
  let running = false;
  let stopped = false;
  let closed = false;
  /** Of the prompt-design baseline: as many as had room. */
  let exampleCount = setting.baselines.examples;

  /** Notes what is left to be asked; `soon` are rows that someone waits for. */
  const arrange = (soon: readonly number[]): void => {
    const urgent = soon.filter((row) => !ledger.isJudged(row));
    const isUrgent = new Set(urgent);
    const missing = (stage: Stage): number[] =>
      ledger.rows.flatMap((_, row) =>
        ledger.isMissing(stage, row) && !(stage === 'prompts' && isUrgent.has(row)) ? [row] : [],
      );
    queue = workQueue(urgent, Object.fromEntries(wanted.map((stage) => [stage, missing(stage)])));
    ready = [];
  };

  const left = (): number => queue.left + ready.reduce((sum, { questions }) => sum + questions.length, 0);
  const total = (): number => ledger.rows.length * wanted.length;
  const tell = (verdicts: readonly Verdict[]): Promise<void> =>
    listener.judged({ revision, verdicts, done: Math.max(0, total() - left()), total: total() });

  const layOut = async (): Promise<void> => {
    revision = newest;
    const told = ledger.layOut();
    arrange(told.cameFrom.flatMap((from, row) => (from < 0 ? [row] : [])));
    await listener.layout({ revision, rows: ledger.rows, ...told });
  };

  /** Everything again, with prompts that are not those that judged so far. */
  const startAgain = async (judge: OpenJudge): Promise<void> => {
    beginnings.clear();
    listener.forgotten();
    ledger.startAgain(judge);
    arrange([]);
    await listener.layout({ revision, rows: ledger.rows, cameFrom: ledger.rows.map(() => -1) });
  };

  const note = (stage: Stage, found: readonly (readonly [string, Outcome])[], ms: number): void => {
    ledger.note(stage, found, ms);
    if (found.length > 0) listener.answered(stage, found);
  };

  const designOf = async (judge: OpenJudge): Promise<PromptDesign> => {
    const { examples } = setting.baselines;
    const design = await keptDesign(judge.first, setting.task, examples, ledger.rows, setting.reading.source.path);
    exampleCount = design.count;
    return design;
  };

  const prepare = async ({ stage, rows: near }: Turn, judge: OpenJudge): Promise<void> => {
    const asked = new Map<string, Asked>();
    for (const i of near) {
      const { content, key } = defined(ledger.rows[i], 'a row');
      if ('example' in content && ledger.isMissing(stage, i)) asked.set(key, content);
    }
    const design = stage === 'examples' ? await designOf(judge) : undefined;
    if (ledger.isBehind) return;
    const asking = { stage, judge, task: setting.task, design };
    if (!beginnings.has(stage)) {
      const sample = questionsAbout(sampleRows(ledger.rows), asking);
      beginnings.set(stage, beginningOf(sample.questions));
    }
    const { questions, problems } = questionsAbout(asked, asking);
    note(stage, problems, 0);
    ready = pace.batches(questions).map((batch) => ({ stage, near, questions: batch }));
    // Rows that are like one that was judged meanwhile, or that cannot be judged.
    if (stage === 'prompts') await tell(ledger.settle(ledger.hasOutcome(stage), near));
  };

  const judgeBatch = async ({ stage, near, questions }: Batch, judge: OpenJudge): Promise<void> => {
    const layout = ledger.rows;
    const begun = performance.now();
    const asking = { stage, judge, task: setting.task, beginning: beginnings.get(stage) ?? [] };
    const found = await answer(models, asking, questions);
    const ms = performance.now() - begun;
    pace.took(questions, ms);
    note(stage, found, ms);
    const keys = new Set(found.map(([key]) => key));
    await tell(stage === 'prompts' ? ledger.settle(keys, ledger.rows === layout ? near : ledger.rows.keys()) : []);
  };

  const summary = (): EvaluationSummary => ledger.summary(exampleCount);

  /** One thing that is to be done; false where nothing is. */
  const step = async (): Promise<boolean> => {
    if (ledger.isBehind) {
      await layOut();
      return true;
    }
    if (ledger.hasUntold) {
      await tell(ledger.takeUntold(toldAtOnce));
      return true;
    }
    const batch = ready[0];
    const turn = batch ? undefined : queue.next(stopped);
    if (!batch && !turn) return false;
    const judge = await openJudge(models, setting.folders);
    if (ledger.isBehind) return true;
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
    if (ledger.isBehind) return run();
    const ended = { revision, summary: summary() };
    const unkept = await listener.keep(ended.summary);
    const why = problem ?? unkept;
    if (!closed) await listener.finished({ ...ended, ...(why && { problem: why }) });
  };

  return {
    begin: (lines) => {
      ledger.judgeAgain();
      const [from, to] = lines ?? [0, -1];
      arrange(ledger.rows.flatMap(({ line, endLine }, i) => (endLine >= from && line <= to ? [i] : [])));
      void run();
    },
    change: (newRevision, made) => {
      ledger.change(made);
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
      ledger.judgeAgain(rule);
      void run();
    },
    snapshot: ledger.snapshot,
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
