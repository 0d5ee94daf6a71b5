import { join } from 'node:path';
import { embeddingsName } from './adapterWeights.js';
import { badGroups, groupEntrySchema, type GroupEntry } from './groupSet.js';
import { checkJson } from './readJson.js';
import { readFloatTensors, readSafetensorsHeader } from './safetensors.js';
import { kindOf } from './storeLocation.js';
import { writeSafetensors } from './writeSafetensors.js';

/**
 * The prompts that a run has finished, `runs/ID/groups/KEY.safetensors`, each in a file of its own until all of them are saved together: a run
 * that was killed has every one that it had finished. A file's name is its prompt's key, so that what is found under it is what would be trained.
 */
const partFile = (runFolder: string, key: string): string => join(runFolder, 'groups', `${key}.safetensors`);
const entryKey = 'softprompt.group';

/** Throws `store.noSpace` or `store.readOnly`. */
export const writeGroupPart = (
  runFolder: string,
  entry: GroupEntry,
  shape: readonly number[],
  data: Float32Array,
): Promise<void> =>
  writeSafetensors(partFile(runFolder, entry.key), [[embeddingsName, { dtype: 'F32', shape, data }]], {
    [entryKey]: JSON.stringify(entry),
  });

/** What is known of a finished prompt; undefined where it is not finished. Throws `store.badGroups` or `store.badSafetensors`. */
export async function readGroupPart(runFolder: string, key: string): Promise<GroupEntry | undefined> {
  const file = partFile(runFolder, key);
  if ((await kindOf(file)) !== 'file') return undefined;
  const { metadata } = await readSafetensorsHeader(file);
  return checkJson(metadata[entryKey] ?? '', file, groupEntrySchema, badGroups);
}

/** Its vectors [P, width]. Throws `store.badSafetensors`. */
export async function readPartVectors(runFolder: string, key: string): Promise<Float32Array> {
  const file = partFile(runFolder, key);
  const vectors = (await readFloatTensors(file, [embeddingsName])).get(embeddingsName);
  if (vectors) return vectors.data;
  throw badGroups(file, `no ${embeddingsName}`, embeddingsName);
}
