import { dirname, resolve } from 'node:path';
import { defined } from '../common/assert.js';
import type { ResolvedTask } from '../data/columns.js';
import { locateSource, readSource } from '../data/readSource.js';
import { tokenizeExample } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { JudgedRow, MetricName, Metrics } from '../protocol/events.js';
import {
  asksForTexts,
  holdAgainst,
  metricsFor,
  testFiles,
  type GateResult,
  type TestFile,
} from '../protocol/promptTest.js';
import type { RecipeTest } from '../protocol/recipe.js';
import { presetOf, type AskedRows } from './askedRows.js';
import { evaluateExamples } from './evaluateExamples.js';
import { judgeRow } from './judgeRow.js';
import { metricsOf, type Scored } from './metrics.js';
import { textMetrics, textScores } from './metrics/textMetrics.js';
import { openPrompts, rowsOf } from './openGroups.js';
import { engineFor, type EngineWishes, type PromptRequest } from './openPrompt.js';
import { memberOf } from './standing.js';
import { writeTexts } from './writeTexts.js';

export interface TestRequest extends PromptRequest, EngineWishes {
  readonly tests: readonly RecipeTest[];
  /** The tests' paths are relative to its folder. */
  readonly recipeFile: string;
}

/** A test file with all that its recipe asks of it. */
export interface TestedFile {
  readonly file: DatasetSource;
  readonly gates: readonly GateResult[];
  readonly metrics: Metrics;
  /** In the file's order. */
  readonly wrong: readonly JudgedRow[];
}

/**
 * Runs the tests of a recipe with its trained prompt, in one pass over the rows of all their files: one model, one session, each file once.
 * Where texts are to be compared with their targets they are written, too.
 * Throws what opening the prompt and reading the files throw, and `recipe.testMetric`. An abort stops between two batches and rejects with
 * the signal's reason.
 */
export async function runPromptTests(
  request: TestRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<TestedFile[]> {
  const opened = await openPrompts(request);
  const engine = await engineFor(request);
  const folder = dirname(resolve(request.recipeFile));
  const files: (TestFile & { readonly rows: AskedRows })[] = [];
  for (const test of testFiles(request.tests)) {
    const rows = await rowsOf(opened, await readSource(test.file, folder, presetOf(opened.prompt)), engine, {});
    for (const { metric } of test.gates) refuseOtherMetric(metric, rows.setting.task);
    files.push({ ...test, rows });
  }
  const { setting, answering: first } = defined(files[0], 'a test').rows;
  const examples = files.flatMap(({ rows }) => rows.examples);
  const answering =
    'method' in first ? first : files.flatMap(({ rows }) => rows.examples.map((_, i) => memberOf(rows.answering, i)));
  const written = files
    .filter(({ gates }) => gates.some(asksForTexts))
    .reduce((sum, { rows }) => sum + rows.examples.length, 0);
  let before = 0;
  const mayGoOn = async (done: number): Promise<boolean> => {
    onProgress(before + done, examples.length + written);
    await new Promise((tick) => setImmediate(tick));
    return !signal.aborted;
  };
  const evaluation = await evaluateExamples(setting, answering, examples, [], mayGoOn);
  signal.throwIfAborted();
  before = examples.length;
  const { scored } = defined(evaluation, 'an evaluation');
  const tested: TestedFile[] = [];
  let at = 0;
  for (const file of files) {
    const count = file.rows.examples.length;
    const judged = judgedRows(file.rows, scored.slice(at, (at += count)));
    const texts = file.gates.some(asksForTexts) ? await writeTexts(file.rows, roomFor(file.rows), mayGoOn) : undefined;
    signal.throwIfAborted();
    if (texts) before += count;
    const { metrics, rows } = texts ? withTexts(judged, texts, file.rows.examples) : judged;
    tested.push({
      file: locateSource(file.file, folder),
      gates: file.gates.map((gate) => holdAgainst(gate, metrics)),
      metrics,
      wrong: rows.filter(({ expected, predicted }) => expected !== predicted),
    });
  }
  return tested;
}

/** Throws `recipe.testMetric` where the rows of a task have no such metric. */
export function refuseOtherMetric(metric: MetricName, { task }: ResolvedTask): void {
  const known = metricsFor(task);
  if (!known.includes(metric))
    throw new SoftpromptError('recipe.testMetric', { metric, task, known: known.join(', ') });
}

interface Judged {
  readonly metrics: Metrics;
  readonly rows: readonly JudgedRow[];
}

function judgedRows({ setting: { task }, examples }: AskedRows, scored: readonly Scored[]): Judged {
  return {
    metrics: metricsOf(scored, task.labels && Object.keys(task.labels)),
    rows: scored.map((row, i) => judgeRow(row, defined(examples[i], 'a row'), task)),
  };
}

/** Twice as many tokens as the longest target has: who writes more than that is wrong anyway. */
const roomFor = ({ setting: { tokenize }, examples }: AskedRows): number =>
  examples.reduce((most, row) => Math.max(most, 2 * tokenizeExample(row, tokenize).targetIds.length), 1);

/** With what was written in the place of the targets. */
function withTexts({ metrics, rows }: Judged, texts: readonly string[], examples: readonly Example[]): Judged {
  const compared = rows.map(({ expected }, i) => textScores(texts[i] ?? '', examples[i]?.references ?? [expected]));
  return {
    metrics: { ...metrics, ...textMetrics(compared) },
    // A text that differs in case or punctuation alone is right, as exact match has it.
    rows: rows.map((row, i) => (compared[i]?.exactMatch === 1 ? row : { ...row, predicted: texts[i] ?? '' })),
  };
}
