import type { ResolvedTask } from '../../data/columns.js';
import type { ErrorMessage } from '../../errors/errorMessage.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { Baselines, EvaluationSummary, Verdict, VoteRule } from '../../protocol/evaluation.js';
import type { Metrics } from '../../protocol/events.js';
import type { Grouping } from '../../protocol/groupScores.js';
import { judgeTask, type JudgePrompt, type OpenJudge } from './judge.js';
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
import type { Stage } from './workQueue.js';

/** What an evaluation stands on: fixed but for what a retrained prompt changes. */
export interface LiveSetting {
  readonly folders: readonly string[];
  readonly reading: TextReading;
  /** How many examples a prompt-design baseline has; 0: none. */
  readonly baselines: { readonly none: boolean; readonly examples: number };
  prompts: readonly JudgePrompt[];
  base: OpenJudge['base'];
  task: ResolvedTask;
  grouping: Grouping | undefined;
}

/** What stands now, for who asks. */
export interface Snapshot {
  readonly text: string;
  readonly rows: readonly TextRow[];
  readonly verdicts: readonly (Verdict | undefined)[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly reading: Reading;
}

/** What an evaluation begins with; `outcomes` are those of an earlier process, that took so many `seconds`. */
export interface FirstRows {
  readonly text: string;
  readonly rows: readonly TextRow[];
  readonly vote: VoteRule;
  readonly outcomes: Readonly<Partial<Record<Stage, ReadonlyMap<string, Outcome>>>>;
  readonly seconds: number;
}

/** The rows of a text that changes, and what is known of each. Nothing here waits for a model. */
export interface TextLedger {
  readonly rows: readonly TextRow[];
  /** Whether the text is another than the one that the rows were read from. */
  readonly isBehind: boolean;
  change(made: readonly TextChange[]): void;
  /** Reads the text as it is now. Rows that did not change keep their verdicts: `cameFrom` has their old numbers, and -1 for new ones. */
  layOut(): { readonly cameFrom: readonly number[]; readonly problem?: ErrorMessage };
  /** Every verdict again from what is known, as nobody has heard it. */
  judgeAgain(vote?: VoteRule): void;
  /** Forgets all answers: the judge's prompts became others. */
  startAgain(judge: OpenJudge): void;
  /** Whether a row could be asked about and has no answer of this stage. */
  isMissing(stage: Stage, row: number): boolean;
  /** `ms` is how long the answers took. */
  note(stage: Stage, found: readonly (readonly [key: string, outcome: Outcome])[], ms: number): void;
  /** The verdicts of rows with these keys, where they had none; `near` are those that were asked about. */
  settle(keys: Pick<ReadonlySet<string>, 'has'>, near: Iterable<number>): Verdict[];
  readonly hasUntold: boolean;
  /** Verdicts that nobody has heard, `count` at the most: heard from now on. */
  takeUntold(count: number): Verdict[];
  isJudged(row: number): boolean;
  hasOutcome(stage: Stage): Pick<ReadonlySet<string>, 'has'>;
  snapshot(): Snapshot;
  /** `exampleCount` is that of the prompt-design baseline. */
  summary(exampleCount: number): EvaluationSummary;
}

/** `wanted` are the stages that an evaluation has. */
export function textLedger(setting: LiveSetting, wanted: readonly Stage[], first: FirstRows): TextLedger {
  const outcomes: Readonly<Record<Stage, Map<string, Outcome>>> = {
    prompts: new Map(first.outcomes.prompts),
    none: new Map(first.outcomes.none),
    examples: new Map(first.outcomes.examples),
  };
  const changes: TextChange[] = [];
  let { text, rows, vote, seconds } = first;
  let verdicts: (Verdict | undefined)[] = [];
  let untold: number[] = [];

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
  const judgeAgain = (): void => {
    verdicts = rows.map(verdictFor);
    untold = rows.flatMap((_, i) => (verdicts[i] ? [i] : []));
  };
  const readRows = (made: readonly TextChange[]): { cameFrom: readonly number[]; problem?: ErrorMessage } => {
    const before = rows;
    try {
      rows = textRows(text, readText(text, setting.reading), setting);
      return { cameFrom: matchRows(before, rows) };
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      const left = untouchedRows(before, made, text);
      ({ rows } = left);
      return { cameFrom: left.cameFrom, problem: error.toMessage() };
    }
  };

  return {
    get rows() {
      return rows;
    },
    get isBehind() {
      return changes.length > 0;
    },
    change: (made) => {
      text = made.reduce(applyChange, text);
      changes.push(...made);
    },
    layOut: () => {
      const told = readRows(changes.splice(0));
      const [heard, old] = [new Set(untold), verdicts];
      const origin = (row: number): number => told.cameFrom[row] ?? -1;
      verdicts = rows.map((row, i) => {
        const verdict = old[origin(i)];
        if (verdict) return verdict.row === i ? verdict : { ...verdict, row: i };
        return verdictFor(row, i);
      });
      untold = rows.flatMap((_, i) => (verdicts[i] && (origin(i) < 0 || heard.has(origin(i))) ? [i] : []));
      return told;
    },
    judgeAgain: (rule) => {
      if (rule) vote = rule;
      judgeAgain();
    },
    startAgain: (judge) => {
      for (const stage of wanted) outcomes[stage].clear();
      const table = readText(text, setting.reading);
      setting.prompts = judge.prompts;
      setting.base = judge.base;
      setting.task = judgeTask(judge, table);
      setting.grouping = judge.grouping;
      rows = textRows(text, table, setting);
      judgeAgain();
    },
    isMissing: (stage, i) => {
      const row = rows[i];
      return row !== undefined && 'example' in row.content && !outcomes[stage].has(row.key);
    },
    note: (stage, found, ms) => {
      seconds += ms / 1000;
      for (const [key, outcome] of found) outcomes[stage].set(key, outcome);
    },
    settle: (keys, near) => {
      const settled: Verdict[] = [];
      for (const i of near) {
        const row = rows[i];
        if (!row || verdicts[i] || !keys.has(row.key)) continue;
        const verdict = verdictFor(row, i);
        verdicts[i] = verdict;
        if (verdict) settled.push(verdict);
      }
      return settled;
    },
    get hasUntold() {
      return untold.length > 0;
    },
    takeUntold: (count) => untold.splice(0, count).flatMap((row) => verdicts[row] ?? []),
    isJudged: (row) => verdicts[row] !== undefined,
    hasOutcome: (stage) => outcomes[stage],
    snapshot: () => ({ text, rows, verdicts, outcomes: outcomes.prompts, reading: reading() }),
    summary: (exampleCount) => {
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
      const judged = judgedRows(rows, outcomes.prompts);
      return {
        ...summarise(judged, verdicts, {
          reading: reading(),
          prompts: setting.prompts,
          grouping: setting.grouping,
          baselines,
        }),
        seconds,
        complete: wanted.every((stage) =>
          rows.every(({ content, key }) => 'problem' in content || outcomes[stage].has(key)),
        ),
      };
    },
  };
}
