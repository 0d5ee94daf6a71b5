import { inferTask, type ResolvedTask, type TaskConfig } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { transferredTask } from '../data/transferredTask.js';
import { noMethod } from '../methods/method.js';
import { tokenizeOptions } from '../models/tokenizeOptions.js';
import type { BaseModel } from '../models/openModel.js';
import type { Example, Table } from '../protocol/dataset.js';
import type { PresetId } from '../protocol/presets.js';
import type { Ranking } from '../protocol/recipe.js';
import type { Engine } from '../runtime/engine.js';
import type { SavedPrompt } from '../store/promptFolder.js';
import type { EvaluationSetting } from './evaluateExamples.js';
import type { OpenedPrompt } from './openPrompt.js';
import { designBefore } from './promptDesign.js';
import type { Answering } from './standing.js';
import { trainingRows } from './trainingRows.js';

/** Rows of a file as one prompt, or a baseline, reads them. */
export interface AskedRows {
  readonly setting: EvaluationSetting;
  readonly base: BaseModel;
  readonly answering: Answering;
  readonly examples: readonly Example[];
}

export interface RowsAsked {
  readonly maxRows?: number;
  readonly ranking?: Ranking;
  /** How rows of another set are worded. */
  readonly ownWords?: TaskConfig;
}

/** As far as rows are read by it. */
type ReadPrompt = Pick<SavedPrompt, 'details' | 'recipe'>;

/** The published set that a prompt was trained on, if its recipe named one. */
export const presetOf = ({ details, recipe }: ReadPrompt): PresetId | undefined =>
  details?.task.preset ?? recipe?.data.preset;

/** Throws what `inferTask`, `makeExamples` and, where the rows have words of their own, `transferredTask` throw. */
export function rowsFor(
  {
    prompt,
    base,
    model,
    method,
    embeddings,
    classes,
  }: Pick<OpenedPrompt, 'base' | 'model' | 'method' | 'classes'> & {
    readonly prompt: ReadPrompt;
    readonly embeddings?: OpenedPrompt['embeddings'];
  },
  table: Table,
  engine: Engine,
  asked: RowsAsked,
): AskedRows {
  const known = prompt.details?.task ?? prompt.recipe?.data ?? {};
  const trained: ResolvedTask = prompt.details?.task ?? inferTask(table, known);
  const { ownWords } = asked;
  const task = ownWords ? transferredTask(trained, inferTask(table, ownWords), table.file) : trained;
  const tokenize = tokenizeOptions(known, task, base, method.virtualTokens);
  const ranking = asked.ranking ?? prompt.recipe?.evaluation?.ranking;
  return {
    setting: { engine, weights: base.weights, model, task, tokenize, ranking, packed: true },
    base,
    answering: { method, ...(embeddings && { embeddings }), ...(classes && { classes }) },
    examples: makeExamples(table, task).slice(0, asked.maxRows),
  };
}

/** The same rows for the bare model. */
export const bareRows = (rows: AskedRows): AskedRows => ({ ...rows, answering: { method: noMethod } });

/**
 * The same rows for the bare model behind a prompt design, in the room that the longest row leaves; `count` is how many examples stand in it.
 * Throws what `trainingRows` throws where there are to be examples.
 */
export async function designedRows(
  { prompt }: { readonly prompt: Pick<SavedPrompt, 'recipe' | 'history'> },
  name: string,
  rows: AskedRows,
  options: { readonly count: number; readonly instruction: string | undefined; readonly seed: number },
): Promise<AskedRows & { readonly count: number }> {
  const { task, tokenize } = rows.setting;
  const train = options.count > 0 ? await trainingRows(prompt, name, task) : [];
  const design = designBefore(rows.examples, train, options, tokenize, rows.base.config.maxPositions);
  const setting = { ...rows.setting, tokenize: design.tokenize, beginning: design.beginning };
  return { ...bareRows(rows), setting, count: design.count };
}
