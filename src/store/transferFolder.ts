import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { csvText } from '../common/csv.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { metricNames } from '../protocol/events.js';
import type { TransferScore, TransferTable } from '../protocol/transferTable.js';
import { writeFileAtomic } from './atomicFile.js';
import { metricsSchema } from './eventSchema.js';
import { formatJson, readJson, readJsonIfPresent } from './readJson.js';
import { ensureStore, transfersFolder } from './storeLocation.js';

/**
 * A transfer's folder, `transfers/NAME/`: `scores/KEY.json` has what one prompt scored on one set, by all that it depends on, and `table.json`
 * and `table.csv` the newest asked for together.
 */
const keptSchema = z.object({ metrics: metricsSchema, baseline: z.exactOptional(metricsSchema) });
export type KeptScore = Pick<TransferScore, 'metrics' | 'baseline'>;

const tableSchema: z.ZodType<TransferTable> = z.object({
  version: z.literal(1),
  name: z.string(),
  metric: z.enum(metricNames),
  sources: z.array(z.object({ name: z.string(), prompts: z.array(z.string()), inDomain: z.exactOptional(z.string()) })),
  sets: z.array(z.object({ name: z.string(), file: z.string() })),
  scores: z.array(
    z.object({
      source: z.string(),
      prompt: z.string(),
      set: z.string(),
      metrics: metricsSchema,
      baseline: z.exactOptional(metricsSchema),
    }),
  ),
});

export const transferFolderOf = (store: string, name: string): string => join(transfersFolder(store), name);
export const transferTableFile = (folder: string): string => join(folder, 'table.json');
export const transferCsvFile = (folder: string): string => join(folder, 'table.csv');

const scoreFile = (folder: string, asked: unknown): string =>
  join(folder, 'scores', `${createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32)}.json`);

/** What was scored when the same was asked before. Throws `store.badTransfer` or `store.unreadable`. */
export const readKeptScore = (folder: string, asked: unknown): Promise<KeptScore | undefined> =>
  readJsonIfPresent<KeptScore>(scoreFile(folder, asked), keptSchema, badTransfer);

/** Throws `store.noSpace` or `store.readOnly`. */
export async function keepScore(store: string, folder: string, asked: unknown, score: KeptScore): Promise<void> {
  await ensureStore(store);
  await writeFileAtomic(scoreFile(folder, asked), formatJson(score));
}

/** Throws `store.badTransfer`, `store.fileMissing` or `store.unreadable`. */
export const readTransferTable = (folder: string): Promise<TransferTable> =>
  readJson(transferTableFile(folder), tableSchema, badTransfer);

/** Throws `store.noSpace` or `store.readOnly`. */
export async function writeTransferTable(store: string, folder: string, table: TransferTable): Promise<void> {
  await ensureStore(store);
  await writeFileAtomic(transferTableFile(folder), formatJson(table));
  await writeFileAtomic(transferCsvFile(folder), csvOf(table));
}

/** A line for each prompt and set, with every metric that some of them have. */
function csvOf({ sources, scores }: TransferTable): string {
  const metrics = metricNames.filter((metric) => scores.some((score) => score.metrics[metric] !== undefined));
  const inDomain = new Map(sources.map((source) => [source.name, source.inDomain]));
  const head = ['trained on', 'prompt', 'evaluated on', 'in-domain', 'rows'];
  return csvText([
    [...head, ...metrics, ...metrics.map((metric) => `bare ${metric}`)],
    ...scores.map(({ source, prompt, set, metrics: of, baseline }) => [
      source,
      prompt,
      set,
      String(inDomain.get(source) === set),
      of.n,
      ...metrics.map((metric) => of[metric]),
      ...metrics.map((metric) => baseline?.[metric]),
    ]),
  ]);
}

function badTransfer(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'store.badTransfer'> {
  return new SoftpromptError(
    'store.badTransfer',
    { file, found, expected },
    cause === undefined ? undefined : { cause },
  );
}
