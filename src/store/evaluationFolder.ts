import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../errors/softpromptError.js';
import { voteRules } from '../protocol/evaluation.js';
import { datasetSourceSchema } from '../protocol/dataset.js';
import { writeFileAtomic } from './atomicFile.js';
import { listFolders, type Listed } from './catalogue.js';
import { evaluationSummarySchema, groupingSchema } from './evaluationSchema.js';
import { asReadError, asWriteError, isErrno } from './fileErrors.js';
import { checkJson, formatJson, readJson } from './readJson.js';
import { newFolder, runId } from './runFolder.js';
import { ensureStore, evaluationsFolder, kindOf } from './storeLocation.js';

/**
 * What is kept of an evaluation, `evaluations/ID/`: `evaluation.json` says what was judged by whom and how well, `rows.jsonl` what the model
 * made of each row, appended as rows are judged. Rows are named by what was asked of the model, not by their numbers: in a file that changed
 * since, those that did not are still known.
 * Of a file and a judge the newest whole evaluation is kept, and beside it one that was cut short later.
 */
const text = z.string().min(1);
const count = z.int().min(0);
export const keptEvaluationSchema = z.object({
  version: z.literal(1),
  /** ISO 8601, UTC. */
  created: z.iso.datetime(),
  /** Absolute. */
  source: datasetSourceSchema,
  columns: z.exactOptional(z.record(z.string(), z.string())),
  maxRows: z.exactOptional(count),
  /** SHA-256 of the text that was judged. */
  textHash: text,
  prompts: z.array(z.object({ folder: text, name: text, checksum: text, weight: z.number() })).min(1),
  vote: z.enum(voteRules),
  base: z.object({ name: text, checksum: text }),
  task: z.object({
    task: z.enum(['classification', 'generation']),
    template: z.string(),
    target: z.string(),
    labels: z.exactOptional(z.record(z.string(), z.string())),
  }),
  /** Where groups have prompts of their own. */
  grouping: z.exactOptional(groupingSchema),
  baselines: z.object({ none: z.boolean(), examples: count }),
  rows: count,
  trainedOn: count,
  /** Absent where its process died before the end. */
  summary: z.exactOptional(evaluationSummarySchema),
});
export type KeptEvaluation = z.infer<typeof keptEvaluationSchema>;

/**
 * What was made of a row: its key; 0 for the judge's prompts, 1 for the bare model, 2 for prompt design; Σ log p, [member][candidate]; how
 * many tokens the right candidate has; for free text, what the model wrote.
 */
const keptRowSchema = z.tuple([
  z.string(),
  z.int().min(0).max(2),
  z.array(z.array(z.number())),
  count,
  z.string().optional(),
]);
export type KeptRow = z.infer<typeof keptRowSchema>;

const infoFile = (folder: string): string => join(folder, 'evaluation.json');
const rowsFile = (folder: string): string => join(folder, 'rows.jsonl');

/** Makes a folder for an evaluation that begins; it counts once `writeKept` was there. Throws `store.noSpace` or `store.readOnly`. */
export async function newEvaluationFolder(store: string, file: string, at = new Date()): Promise<string> {
  await ensureStore(store);
  const name = basename(file).replace(/^\.+/, '').slice(0, 60);
  return newFolder(evaluationsFolder(store), runId(name, at));
}

/** Throws `store.noSpace` or `store.readOnly`. */
export async function writeKept(folder: string, kept: KeptEvaluation): Promise<void> {
  await writeFileAtomic(infoFile(folder), formatJson(kept));
}

/** Throws `store.badEvaluation`, `store.fileMissing` or `store.unreadable`. */
export const readKept = (folder: string): Promise<KeptEvaluation> =>
  readJson(infoFile(folder), keptEvaluationSchema, badEvaluation);

/** The kept evaluations of a store, without their rows, the newest first, damaged ones last. */
export async function listEvaluations(store: string): Promise<Listed<KeptEvaluation>[]> {
  const created = (listed: Listed<KeptEvaluation>): string => ('value' in listed ? listed.value.created : '');
  const begun = async (folder: string): Promise<boolean> => (await kindOf(infoFile(folder))) === 'file';
  const all = await listFolders(evaluationsFolder(store), readKept, begun);
  return all.sort((a, b) => (created(a) < created(b) ? 1 : -1));
}

/** Removes what an evaluation that ended makes needless: older ones of the same file and judge, whole ones only if it is whole itself. */
export async function replaceOlder(store: string, folder: string, kept: KeptEvaluation): Promise<void> {
  for (const older of await listEvaluations(store)) {
    if (older.folder === folder || !('value' in older) || !isSameQuestion(older.value, kept)) continue;
    if (older.value.created > kept.created) continue;
    if (kept.summary?.complete || !older.value.summary?.complete) await removeEvaluation(older.folder);
  }
}

export const removeEvaluation = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

const isSameQuestion = (a: KeptEvaluation, b: KeptEvaluation): boolean =>
  a.source.path === b.source.path &&
  a.prompts.length === b.prompts.length &&
  a.prompts.every(({ folder }, i) => folder === b.prompts[i]?.folder);

/** Throws `store.noSpace`, `store.readOnly`, or `store.fileMissing` where the folder is gone. */
export async function appendKeptRows(folder: string, rows: readonly KeptRow[]): Promise<void> {
  const lines = rows.map(([key, stage, scores, tokens, ...written]) =>
    // Scores are float32: eight digits are all that they have.
    JSON.stringify([
      key,
      stage,
      scores.map((member) => member.map((s) => Number(s.toPrecision(8)))),
      tokens,
      ...written,
    ]),
  );
  const file = rowsFile(folder);
  try {
    await appendFile(file, `${lines.join('\n')}\n`);
  } catch (error) {
    throw isErrno(error, 'ENOENT') ? asReadError(error, file) : asWriteError(error, file);
  }
}

/**
 * What was made of the rows, in the order in which they were judged. What a killed process left of a last line is cut off, so that more can
 * be appended. Throws `store.badEvaluation` with the line.
 */
export async function readKeptRows(folder: string): Promise<KeptRow[]> {
  const file = rowsFile(folder);
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw asReadError(error, file);
  }
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(file, whole);
  const lines = bytes.toString('utf8', 0, whole).split('\n');
  lines.pop();
  return lines.map((line, i) => checkJson(line, `${file}:${i + 1}`, keptRowSchema, badEvaluation));
}

/** Forgets what was made of the rows, where a prompt became another. */
export async function clearKeptRows(folder: string): Promise<void> {
  await writeFile(rowsFile(folder), '');
}

function badEvaluation(file: string, found: string, expected: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError(
    'store.badEvaluation',
    { file, found, expected },
    cause === undefined ? undefined : { cause },
  );
}
