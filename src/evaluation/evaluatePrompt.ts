import { defined } from '../common/assert.js';
import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readTable } from '../data/readTable.js';
import { noMethod } from '../methods/method.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { DatasetSource } from '../protocol/dataset.js';
import type { JudgedRow, Metrics } from '../protocol/events.js';
import type { Recipe } from '../protocol/recipe.js';
import { evaluateExamples, type Evaluation } from './evaluateExamples.js';
import { judgeRow } from './judgeRow.js';
import { engineFor, openPrompt, type PromptRequest } from './openPrompt.js';
import type { Member } from './scorer.js';

export interface EvaluateRequest extends PromptRequest {
  readonly file: DatasetSource;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly maxRows?: number;
  /** Whether the same template without the prompt is scored too. */
  readonly baseline: boolean;
}

export interface EvaluateResult {
  readonly metrics: Metrics;
  readonly baseline?: Metrics;
  readonly rows: readonly JudgedRow[];
}

/** Scores a file's rows with a saved prompt. An abort stops between two batches and rejects with the signal's reason. */
export async function evaluatePrompt(
  request: EvaluateRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<EvaluateResult> {
  const { prompt, base, model, method, embeddings } = await openPrompt(request);
  const table = await readTable(request.file.path, request.file);
  const task: ResolvedTask = prompt.details?.task ?? inferTask(table, prompt.recipe?.data ?? {});
  const examples = makeExamples(table, task).slice(0, request.maxRows);
  const tokenize = tokenizeOptions(prompt.details?.task ?? prompt.recipe?.data ?? {}, task, base, method.virtualTokens);
  const engine = await engineFor(request);
  const setting = { engine, weights: base.weights, model, task, tokenize };
  const total = examples.length * (request.baseline ? 2 : 1);
  let before = 0;
  const evaluate = async (member: Member): Promise<Evaluation> => {
    const evaluation = await evaluateExamples(setting, member, examples, [], async (done) => {
      onProgress(before + done, total);
      await new Promise((resolve) => setImmediate(resolve));
      return !signal.aborted;
    });
    signal.throwIfAborted();
    before += examples.length;
    return defined(evaluation, 'an evaluation');
  };
  const { metrics, scored } = await evaluate({ method, embeddings });
  const baseline = request.baseline ? await evaluate({ method: noMethod }) : undefined;
  return {
    metrics,
    ...(baseline && { baseline: baseline.metrics }),
    rows: scored.map((row, i) => judgeRow(row, defined(examples[i], 'an example'), task)),
  };
}
