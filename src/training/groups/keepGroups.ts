import { defined } from '../../common/assert.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { adapterShape } from '../../store/adapterShape.js';
import { deletePrompt } from '../../store/catalogue.js';
import { readGroupPart, readPartVectors, writeGroupPart } from '../../store/groupParts.js';
import { isGroupSet, readGroupSet, readGroupVectors, saveGroupSet, type GroupEntry } from '../../store/groupSet.js';
import type { PromptDetails } from '../../store/promptDetails.js';
import { kindOf } from '../../store/storeLocation.js';
import { adapterConfigOf, detailsOf } from '../keepPrompt.js';
import type { GroupsRun, PlannedGroup } from './plan.js';

/**
 * Takes over, from the saved set of this name, the prompts that would come out the same, so that a new user among a thousand costs one training;
 * gives back how many.
 */
export async function takeKnownGroups(
  runFolder: string,
  promptFolder: string,
  plan: readonly PlannedGroup[],
): Promise<number> {
  if (!(await isGroupSet(promptFolder))) return 0;
  try {
    const set = await readGroupSet(promptFolder);
    const places = new Map(set.groups.map(({ key }, place) => [key, place]));
    let taken = 0;
    for (const { key } of plan) {
      const place = places.get(key);
      if (place === undefined || (await readGroupPart(runFolder, key))) continue;
      const [vectors] = await readGroupVectors(promptFolder, set, [place]);
      const { shape, data } = defined(vectors, 'vectors');
      await writeGroupPart(runFolder, defined(set.groups[place], 'a group'), shape, data);
      taken++;
    }
    return taken;
  } catch (error) {
    // What is damaged is trained anew, and goes to the trash in the end.
    if (error instanceof SoftpromptError && /^store\.bad/.test(error.code)) return 0;
    throw error;
  }
}

/** Saves the prompts of the groups that are done as one set; an older one of the same name goes to the trash. */
export async function keepGroups(
  { folder, store, name, context }: GroupsRun,
  promptFolder: string,
  groups: readonly GroupEntry[],
  scores: PromptDetails['scores'],
): Promise<void> {
  const { recipe, data } = context;
  const config = adapterConfigOf(context);
  const sum = (of: (entry: GroupEntry) => number): number => groups.reduce((all, entry) => all + of(entry), 0);
  const totals = {
    steps: sum(({ steps }) => steps),
    bestStep: sum(({ bestStep }) => bestStep),
    seconds: sum(({ seconds }) => seconds),
    scores,
  };
  const { column } = defined(data.grouped, 'groups');
  if ((await kindOf(promptFolder)) !== undefined) await deletePrompt(store, name);
  const [tokens, width] = adapterShape(config);
  await saveGroupSet(
    promptFolder,
    {
      column,
      config,
      details: detailsOf(name, context, totals),
      recipe,
      ...(data.sources.train && { source: data.sources.train }),
      groups,
    },
    async ({ key }) => {
      const vectors = await readPartVectors(folder, key);
      if (vectors.length === tokens * width) return vectors;
      throw new SoftpromptError('store.badGroups', {
        file: folder,
        found: `${vectors.length} numbers`,
        expected: `${tokens} × ${width}`,
      });
    },
  );
}
