import { defined } from '../common/assert.js';
import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readTable } from '../data/readTable.js';
import { noMethod, type Method } from '../methods/method.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { DatasetSource } from '../protocol/dataset.js';
import type { Metrics } from '../protocol/events.js';
import type { Recipe } from '../protocol/recipe.js';
import type { Tensor } from '../runtime/executor.js';
import { evaluateExamples, type Evaluation } from './evaluateExamples.js';
import { candidateProbabilities, predicted } from './metrics.js';
import { engineFor, openPrompt, type PromptRequest } from './openPrompt.js';

export interface EvaluateRequest extends PromptRequest {
  readonly file: DatasetSource;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly maxRows?: number;
  /** Whether the same template without the prompt is scored too. */
  readonly baseline: boolean;
}

export interface EvaluatedRow {
  readonly line: number;
  readonly expected: string;
  /** The label ranked first; for free text the target itself. */
  readonly predicted: string;
  /** Of the prediction among the labels; for free text, the geometric mean of its tokens' probabilities. */
  readonly probability: number;
}

export interface EvaluateResult {
  readonly metrics: Metrics;
  readonly baseline?: Metrics;
  readonly rows: readonly EvaluatedRow[];
}

/** Scores a file's rows with a saved prompt. An abort stops between two batches and rejects with the signal's reason. */
export async function evaluatePrompt(
  request: EvaluateRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<EvaluateResult> {
  const { prompt, base, model, method, parameters } = await openPrompt(request);
  const table = await readTable(request.file.path, request.file);
  const task: ResolvedTask = prompt.details?.task ?? inferTask(table, prompt.recipe?.data ?? {});
  const examples = makeExamples(table, task).slice(0, request.maxRows);
  const tokenize = tokenizeOptions(prompt.details?.task ?? prompt.recipe?.data ?? {}, task, base, method.virtualTokens);
  const engine = await engineFor(request);
  const setting = { engine, weights: base.weights, model, task, tokenize };
  const total = examples.length * (request.baseline ? 2 : 1);
  let before = 0;
  const evaluate = async (scored: Method, vectors: Readonly<Record<string, Tensor>>): Promise<Evaluation> => {
    const evaluation = await evaluateExamples(setting, scored, vectors, examples, [], async (done) => {
      onProgress(before + done, total);
      await new Promise((resolve) => setImmediate(resolve));
      return !signal.aborted;
    });
    signal.throwIfAborted();
    before += examples.length;
    return defined(evaluation, 'an evaluation');
  };
  const { metrics, scored } = await evaluate(method, parameters);
  const baseline = request.baseline ? await evaluate(noMethod, {}) : undefined;
  const labels = Object.keys(task.labels ?? {});
  return {
    metrics,
    ...(baseline && { baseline: baseline.metrics }),
    rows: scored.map(({ scores, expected, targetTokens }, i) => {
      const { line, target } = defined(examples[i], 'an example');
      const best = predicted(scores);
      return task.labels
        ? {
            line,
            expected: labels[expected] ?? target,
            predicted: labels[best] ?? '',
            probability: candidateProbabilities(scores)[best] ?? 0,
          }
        : { line, expected: target, predicted: target, probability: Math.exp((scores[0] ?? 0) / targetTokens) };
    }),
  };
}
