import { basename } from 'node:path';
import { defined } from '../common/assert.js';
import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readTable } from '../data/readTable.js';
import { tokenCount, tokenizeExample } from '../data/tokenize.js';
import type { Prediction } from '../data/writePredictions.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { noMethod } from '../methods/method.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { DatasetSource, Example, Table } from '../protocol/dataset.js';
import type { Baselines, Comparison } from '../protocol/evaluation.js';
import type { Metrics } from '../protocol/events.js';
import type { Ranking, Recipe } from '../protocol/recipe.js';
import type { Engine } from '../runtime/engine.js';
import { certaintyOf, compareScored, type Certainty } from './certainty.js';
import { evaluateExamples, type Evaluation, type EvaluationSetting } from './evaluateExamples.js';
import { predictionOf } from './judgeRow.js';
import { engineFor, openPrompt, type OpenedPrompt, type PromptRequest } from './openPrompt.js';
import { designPrompt } from './promptDesign.js';
import type { Member } from './scorer.js';
import { usualResampling } from './statistics/resampling.js';
import { trainingRows } from './trainingRows.js';

export interface EvaluateRequest extends PromptRequest {
  readonly file: DatasetSource;
  readonly threads?: number;
  readonly provider?: Recipe['provider'];
  readonly maxRows?: number;
  /** Whether the same template without the prompt is scored too. */
  readonly baseline: boolean;
  /** The prompt-design baseline: so many training rows as text, behind an instruction. By default the recipe's; with neither, none. */
  readonly examples?: number;
  readonly instruction?: string;
  /** The folder of another prompt, scored on the same rows. */
  readonly against?: string;
  /** By default the recipe's. */
  readonly ranking?: Ranking;
  /** Of the resamples and of the choice of examples. */
  readonly seed?: number;
}

export interface EvaluateResult extends Certainty {
  readonly metrics: Metrics;
  readonly baselines: Baselines;
  readonly against?: { readonly prompt: string; readonly metrics: Metrics; readonly comparison: Comparison };
  readonly rows: readonly Prediction[];
}

/** Scores a file's rows with a saved prompt. An abort stops between two batches and rejects with the signal's reason. */
export async function evaluatePrompt(
  request: EvaluateRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<EvaluateResult> {
  const { baseline, against, seed = 0 } = request;
  const opened = await openPrompt(request);
  const planned = opened.prompt.recipe?.evaluation;
  const { examples: count = planned?.examples ?? 0, instruction = planned?.instruction } = request;
  const engine = await engineFor(request);
  const table = await readTable(request.file.path, request.file);
  const { setting, examples } = openRows(opened, table, engine, request);
  const { task } = setting;
  const design = count > 0 || instruction !== undefined;
  const designed = design ? await designRows(opened, setting, examples, { count, instruction, seed }) : undefined;
  const other = against === undefined ? undefined : await openPrompt({ ...request, promptFolder: against });
  const otherRows = other && openRows(other, table, engine, request);
  if (other && otherRows && otherRows.setting.task.task !== task.task) {
    throw new SoftpromptError('run.notComparable', {
      prompt: nameOf(opened, request.promptFolder),
      other: nameOf(other, request.against ?? ''),
      found: otherRows.setting.task.task,
      expected: task.task,
    });
  }

  const total = examples.length * (1 + Number(baseline) + Number(design) + Number(other !== undefined));
  let before = 0;
  const evaluate = async (asked: EvaluationSetting, member: Member, rows = examples): Promise<Evaluation> => {
    const evaluation = await evaluateExamples(asked, member, rows, [], async (done) => {
      onProgress(before + done, total);
      await new Promise((resolve) => setImmediate(resolve));
      return !signal.aborted;
    });
    signal.throwIfAborted();
    before += rows.length;
    return defined(evaluation, 'an evaluation');
  };

  const { metrics, scored } = await evaluate(setting, memberOf(opened));
  const none = baseline ? await evaluate(setting, { method: noMethod }) : undefined;
  const byDesign = designed && (await evaluate(designed.setting, { method: noMethod }));
  const rival = other && otherRows && (await evaluate(otherRows.setting, memberOf(other), otherRows.examples));
  const labelled = task.labels !== undefined;
  const resampling = { ...usualResampling, seed };
  return {
    metrics,
    ...certaintyOf(scored, labelled, resampling),
    baselines: {
      ...(none && { none: none.metrics }),
      ...(byDesign && { examples: { count: designed.count, metrics: byDesign.metrics } }),
    },
    ...(rival && {
      against: {
        prompt: nameOf(other, request.against ?? ''),
        metrics: rival.metrics,
        comparison: compareScored(scored, rival.scored, labelled, resampling),
      },
    }),
    rows: scored.map((row, i) => predictionOf(row, defined(examples[i], 'an example'), task)),
  };
}

const nameOf = ({ prompt }: OpenedPrompt, folder: string): string => prompt.details?.name ?? basename(folder);

const memberOf = ({ method, embeddings }: OpenedPrompt): Member => ({ method, embeddings });

/** A table's rows as a prompt reads them. */
export function openRows(
  { prompt, base, model, method }: OpenedPrompt,
  table: Table,
  engine: Engine,
  { maxRows, ranking = prompt.recipe?.evaluation?.ranking }: Pick<EvaluateRequest, 'maxRows' | 'ranking'>,
): { setting: EvaluationSetting; examples: Example[] } {
  const known = prompt.details?.task ?? prompt.recipe?.data ?? {};
  const task: ResolvedTask = prompt.details?.task ?? inferTask(table, known);
  const tokenize = tokenizeOptions(known, task, base, method.virtualTokens);
  const setting = { engine, weights: base.weights, model, task, tokenize, ranking };
  return { setting, examples: makeExamples(table, task).slice(0, maxRows) };
}

/** The setting of the prompt-design baseline, in the room that the longest row leaves. */
async function designRows(
  { prompt, base }: OpenedPrompt,
  setting: EvaluationSetting,
  examples: readonly Example[],
  options: { count: number; instruction: string | undefined; seed: number },
): Promise<{ setting: EvaluationSetting; count: number }> {
  const { task, tokenize } = setting;
  const name = prompt.details?.name ?? '';
  const train = options.count > 0 ? await trainingRows(prompt, name, task) : [];
  const longest = examples.reduce((most, row) => Math.max(most, tokenCount(tokenizeExample(row, tokenize))), 0);
  const design = designPrompt(train, options, tokenize, base.config.maxPositions - longest);
  return {
    setting: { ...setting, tokenize: design.tokenize, beginning: design.beginning },
    count: design.count,
  };
}
