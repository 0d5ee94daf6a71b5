import { basename } from 'node:path';
import { defined } from '../common/assert.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { fitName } from '../protocol/parseRecipe.js';
import { isGroupSet, placeOfGroup, readGroupSet, readGroupVectors } from './groupSet.js';
import type { SavedPrompt } from './promptFolder.js';

/**
 * One group's prompt as if it had been saved alone. It has no recipe: that one trains all groups, and going on by it would show this prompt
 * the rows of the others. Throws `store.notAGroupSet`, `store.noGroup` and what `readGroupSet` throws.
 */
export async function loadGroupPrompt(folder: string, group: string): Promise<SavedPrompt> {
  if (!(await isGroupSet(folder))) throw new SoftpromptError('store.notAGroupSet', { prompt: basename(folder) });
  const set = await readGroupSet(folder);
  const place = placeOfGroup(set, group);
  const { rows, steps, bestStep, seconds, score } = defined(set.groups[place], 'a group');
  const [embeddings] = await readGroupVectors(folder, set, [place]);
  const { details } = set;
  return {
    config: set.config,
    embeddings: defined(embeddings, 'vectors'),
    details: {
      ...details,
      name: fitName(`${details.name}-${group}`),
      data: { ...details.data, rows: { ...rows, test: 0 } },
      training: { ...details.training, steps, bestStep, seconds },
      scores: score ? [{ split: 'dev', baseline: false, metrics: { n: rows.dev, [score.metric]: score.value } }] : [],
    },
  };
}
