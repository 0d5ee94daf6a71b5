import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { assert, defined } from '../common/assert.js';
import { nearestName } from '../common/nearestName.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { datasetSourceSchema, type DatasetSource } from '../protocol/dataset.js';
import { metricNames } from '../protocol/events.js';
import { recipeSchema, type Recipe } from '../protocol/recipe.js';
import { groupConfigSchema, type AdapterConfig } from './adapterConfig.js';
import { adapterShape } from './adapterShape.js';
import { embeddingsName } from './adapterWeights.js';
import { writeFolderAtomic, writeFileAtomic } from './atomicFile.js';
import { asReadError } from './fileErrors.js';
import { promptDetailsFile, promptDetailsSchema, type PromptDetails } from './promptDetails.js';
import { promptRecipeFile } from './promptFolder.js';
import { formatJson, readJson } from './readJson.js';
import { readBytes, readSafetensorsHeader, type FloatTensor } from './safetensors.js';
import { kindOf } from './storeLocation.js';
import { writeSafetensors } from './writeSafetensors.js';

/**
 * The prompts of groups, `prompts/NAME/`: `groups.json` says whose they are, in the order in which `groups.safetensors` holds their vectors as
 * one tensor [groups, P, width]; what they have in common stands in the files that a single prompt's folder has. A thousand prompts are two
 * files to read, and the vectors of one are read alone.
 */
const indexFile = 'groups.json';
const vectorsFile = 'groups.safetensors';

export const groupSetFiles = [indexFile, vectorsFile] as const;

const text = z.string().min(1);
const count = z.int().min(0);
export const groupEntrySchema = z.object({
  group: text,
  /** Of all that its vectors follow from: SHA-256, hexadecimal. Equal keys, equal vectors. */
  key: text,
  rows: z.object({ train: count, dev: count }),
  steps: count,
  bestStep: count,
  seconds: z.number().min(0),
  /** On dev, at the best step. */
  score: z.exactOptional(z.object({ metric: z.enum(metricNames), value: z.number() })),
});
/** One group's prompt, as the index has it. */
export type GroupEntry = z.infer<typeof groupEntrySchema>;

const indexSchema = z.object({
  version: z.literal(1),
  /** The recipe's `groupBy`. */
  column: text,
  config: groupConfigSchema,
  /** The training file; its path is absolute. */
  source: z.exactOptional(datasetSourceSchema),
  groups: z.array(groupEntrySchema).min(1),
});

/** What is known of a group set without its vectors. */
export interface GroupSet {
  readonly name: string;
  readonly column: string;
  /** Of each prompt. */
  readonly config: AdapterConfig;
  /** Of all together: rows, steps and seconds are sums, scores are of rows of any group. */
  readonly details: PromptDetails;
  readonly recipe: Recipe;
  readonly source?: DatasetSource;
  /** By name. */
  readonly groups: readonly GroupEntry[];
}

export const isGroupSet = async (folder: string): Promise<boolean> =>
  (await kindOf(join(folder, indexFile))) === 'file';

/**
 * Writes a group set as a whole, in place of one of the same name. `vectors` gives each group's [P, width] when its turn comes, so that they are
 * never in memory together. Throws `store.noSpace` or `store.readOnly`, and leaves nothing half-written then.
 */
export async function saveGroupSet(
  folder: string,
  { column, config, details, recipe, source, groups }: Omit<GroupSet, 'name'>,
  vectors: (group: GroupEntry) => Promise<Float32Array>,
): Promise<void> {
  assert(config.peft_type !== 'WARP', 'one matrix for each group');
  await writeFolderAtomic(folder, async (temporary) => {
    const shape = [groups.length, ...adapterShape(config)];
    const data = async function* (): AsyncGenerator<Float32Array> {
      for (const group of groups) yield await vectors(group);
    };
    await writeSafetensors(join(temporary, vectorsFile), [[embeddingsName, { dtype: 'F32', shape, data }]]);
    const index: z.infer<typeof indexSchema> = {
      version: 1,
      column,
      config,
      ...(source && { source }),
      groups: [...groups],
    };
    await writeFileAtomic(join(temporary, indexFile), formatJson(index));
    await writeFileAtomic(join(temporary, promptDetailsFile), formatJson(details));
    await writeFileAtomic(join(temporary, promptRecipeFile), formatJson(recipe));
  });
}

/** Throws `store.badGroups`, `store.badSafetensors`, `store.fileMissing` or `store.unreadable`. */
export async function readGroupSet(folder: string): Promise<GroupSet> {
  const { column, config, source, groups } = await readJson(join(folder, indexFile), indexSchema, badGroups);
  const details = await readJson(join(folder, promptDetailsFile), promptDetailsSchema, badGroups);
  const recipe = await readJson(join(folder, promptRecipeFile), recipeSchema, badGroups);
  await vectorsAt(folder, config, groups.length);
  const name = details.name || basename(folder);
  return { name, column, config, details, recipe, ...(source && { source }), groups };
}

/** The vectors [P, width] of groups, by their places in the index. Throws as `readGroupSet` does. */
export async function readGroupVectors(
  folder: string,
  { config, groups }: Pick<GroupSet, 'config' | 'groups'>,
  places: readonly number[],
): Promise<FloatTensor[]> {
  const file = join(folder, vectorsFile);
  const offset = await vectorsAt(folder, config, groups.length);
  const shape = adapterShape(config);
  const bytes = 4 * shape[0] * shape[1];
  const handle = await open(file).catch((error: unknown) => {
    throw asReadError(error, file);
  });
  try {
    const found: FloatTensor[] = [];
    for (const place of places) {
      const read = await readBytes(handle, file, offset + place * bytes, bytes);
      found.push({ shape, data: new Float32Array(read.buffer) });
    }
    return found;
  } finally {
    await handle.close();
  }
}

type NamedGroups = Pick<GroupSet, 'name' | 'column' | 'groups'>;

/** A group's place in the index. Throws `store.noGroup`. */
export function placeOfGroup(set: NamedGroups, group: string): number {
  const place = set.groups.findIndex((known) => known.group === group);
  if (place < 0) throw noGroup(set, group);
  return place;
}

/** The prompts of groups where one prompt is asked for. */
export const notSingle = ({ name, column, groups }: NamedGroups): SoftpromptError<'store.isGroupSet'> =>
  new SoftpromptError('store.isGroupSet', { prompt: name, column, groups: groups.length });

/** Names a group like the one that is not there. */
export function noGroup({ name, column, groups }: NamedGroups, group: string): SoftpromptError<'store.noGroup'> {
  const names = groups.map((known) => known.group);
  return new SoftpromptError('store.noGroup', {
    prompt: name,
    column,
    group,
    nearest: nearestName(group, names) ?? '',
  });
}

/** Where the vectors begin in their file, whose shape is checked. */
async function vectorsAt(folder: string, config: AdapterConfig, groups: number): Promise<number> {
  const file = join(folder, vectorsFile);
  const { tensors } = await readSafetensorsHeader(file);
  const found = tensors.get(embeddingsName);
  const told = (shape: readonly number[]): string => `${embeddingsName} [${shape.join(', ')}]`;
  const expected = told([groups, ...adapterShape(config)]);
  if (found?.dtype !== 'F32' || told(found.shape) !== expected)
    throw badGroups(file, found ? told(found.shape) : `no ${embeddingsName}`, expected);
  return defined(found, 'vectors').offset;
}

export function badGroups(
  file: string,
  found: string,
  expected: string,
  cause?: unknown,
): SoftpromptError<'store.badGroups'> {
  return new SoftpromptError('store.badGroups', { file, found, expected }, cause === undefined ? undefined : { cause });
}
