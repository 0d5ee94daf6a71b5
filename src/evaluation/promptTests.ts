import { dirname, resolve } from 'node:path';
import { defined } from '../common/assert.js';
import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { locateSource, readSource } from '../data/readSource.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { JudgedRow, MetricName, Metrics } from '../protocol/events.js';
import { holdAgainst, metricsFor, testFiles, type GateResult, type TestFile } from '../protocol/promptTest.js';
import type { Recipe, RecipeTest } from '../protocol/recipe.js';
import { evaluateExamples } from './evaluateExamples.js';
import { judgeRow } from './judgeRow.js';
import { metricsOf } from './metrics.js';
import { engineFor, openPrompt, type PromptRequest } from './openPrompt.js';

export interface TestRequest extends PromptRequest {
  readonly tests: readonly RecipeTest[];
  /** The tests' paths are relative to its folder. */
  readonly recipeFile: string;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
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
 * Throws what opening the prompt and reading the files throw, and `recipe.testMetric`. An abort stops between two batches and rejects with
 * the signal's reason.
 */
export async function runPromptTests(
  request: TestRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<TestedFile[]> {
  const { prompt, base, model, method, embeddings } = await openPrompt(request);
  const folder = dirname(resolve(request.recipeFile));
  const files: (TestFile & { readonly task: ResolvedTask; readonly rows: readonly Example[] })[] = [];
  for (const test of testFiles(request.tests)) {
    const table = await readSource(test.file, folder);
    const task = prompt.details?.task ?? inferTask(table, prompt.recipe?.data ?? {});
    for (const { metric } of test.gates) refuseOtherMetric(metric, task);
    files.push({ ...test, task, rows: makeExamples(table, task) });
  }
  const { task } = defined(files[0], 'a test');
  const examples = files.flatMap(({ rows }) => rows);
  const tokenize = tokenizeOptions(prompt.details?.task ?? prompt.recipe?.data ?? {}, task, base, method.virtualTokens);
  const setting = { engine: await engineFor(request), weights: base.weights, model, task, tokenize };
  const evaluation = await evaluateExamples(setting, { method, embeddings }, examples, [], async (done) => {
    onProgress(done, examples.length);
    await new Promise((tick) => setImmediate(tick));
    return !signal.aborted;
  });
  signal.throwIfAborted();
  const { scored } = defined(evaluation, 'an evaluation');
  let at = 0;
  return files.map(({ file, gates, rows }) => {
    const own = scored.slice(at, (at += rows.length));
    const metrics = metricsOf(own, task.labels && Object.keys(task.labels));
    const judged = own.map((row, i) => judgeRow(row, defined(rows[i], 'a row'), task));
    return {
      file: locateSource(file, folder),
      gates: gates.map((gate) => holdAgainst(gate, metrics)),
      metrics,
      wrong: judged.filter(({ expected, predicted }) => expected !== predicted),
    };
  });
}

/** Throws `recipe.testMetric` where the rows of a task have no such metric. */
export function refuseOtherMetric(metric: MetricName, { task }: ResolvedTask): void {
  const known = metricsFor(task);
  if (!known.includes(metric))
    throw new SoftpromptError('recipe.testMetric', { metric, task, known: known.join(', ') });
}
