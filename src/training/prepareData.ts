import { isAbsolute, resolve } from 'node:path';
import { inferTask, type ResolvedTask } from '../data/columns.js';
import { makeExamples } from '../data/examples.js';
import { readTable } from '../data/readTable.js';
import { holdOut } from '../data/splits.js';
import { defaultTargetPrefix, labelsNeedEos, type TokenizeOptions } from '../data/tokenize.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { BaseModel } from '../models/openModel.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { Split } from '../protocol/events.js';
import type { DataConfig } from '../protocol/recipe.js';

/** A recipe's data, read and made into examples. */
export interface PreparedData {
  readonly task: ResolvedTask;
  readonly splits: {
    readonly train: readonly Example[];
    readonly dev: readonly Example[];
    readonly test: readonly Example[];
  };
  /** How each split's file was read; a held-out dev split has the training file's. */
  readonly sources: Readonly<Partial<Record<Split, DatasetSource>>>;
}

/** Reads every file that the recipe names. Paths are relative to `folder`. Throws `data.*` errors with file and line. */
export async function prepareData(data: DataConfig, folder: string, seed: number): Promise<PreparedData> {
  const read = async (source: string | DatasetSource) => {
    const asked = typeof source === 'string' ? { path: source } : source;
    const path = isAbsolute(asked.path) ? asked.path : resolve(folder, asked.path);
    return readTable(path, { ...asked, path }, asked.path);
  };
  const trainTable = await read(data.train);
  const task = inferTask(trainTable, data);
  const all = makeExamples(trainTable, task);
  const devTable = data.dev === undefined ? undefined : await read(data.dev);
  const testTable = data.test === undefined ? undefined : await read(data.test);
  const test = testTable ? makeExamples(testTable, task) : [];
  const sources = {
    train: trainTable.source,
    dev: (devTable ?? trainTable).source,
    ...(testTable && { test: testTable.source }),
  };
  if (devTable) return { task, splits: { train: all, dev: makeExamples(devTable, task), test }, sources };
  const held = holdOut(all.length, data.devRows, seed, task.labels && all.map((e) => e.label));
  const pick = (rows: readonly number[]): Example[] => rows.map((i) => all[i] as Example);
  return { task, splits: { train: pick(held.train), dev: pick(held.dev), test }, sources };
}

const longestByDefault = 512;

/** How the recipe's text becomes tokens for a model: special tokens, the joint of input and target, and the length limit. */
export function tokenizeOptions(
  data: DataConfig,
  task: ResolvedTask,
  base: BaseModel,
  frontRows: number,
): TokenizeOptions {
  const { tokenizer, config } = base;
  const targetPrefix = data.targetPrefix ?? defaultTargetPrefix(task.template, tokenizer.addsSpace);
  const words = Object.values(task.labels ?? {});
  const endsTarget =
    data.addEos ?? (task.task === 'generation' || labelsNeedEos(words.map((w) => tokenizer.encode(targetPrefix + w))));
  const eos = tokenizer.eos ?? config.eosTokenIds[0];
  if (endsTarget && eos === undefined) throw new SoftpromptError('run.noEos', { model: base.name });
  const bos = tokenizer.bos ?? config.bosTokenId;
  const startsInput = data.addBos ?? tokenizer.bos !== undefined;
  if (startsInput && bos === undefined) throw new SoftpromptError('run.noBos', { model: base.name });
  const room = config.maxPositions - frontRows;
  const maxLength = data.maxLength ?? Math.min(longestByDefault, room);
  if (maxLength > room || room < 8)
    throw new SoftpromptError('run.tooLong', { maxLength, virtualTokens: frontRows, positions: config.maxPositions });
  return {
    encode: (text) => tokenizer.encode(text),
    targetPrefix,
    maxLength,
    ...(startsInput && bos !== undefined && { bos }),
    ...(endsTarget && eos !== undefined && { eos }),
  };
}
