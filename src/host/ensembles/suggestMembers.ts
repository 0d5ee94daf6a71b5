import { fitName } from '../../protocol/parseRecipe.js';
import { seedsName } from '../../protocol/seedRecipes.js';
import { ensembleKey } from '../../store/ensembleMembers.js';
import type { WholePrompt } from '../views/wholePrompts.js';

/** Prompts of a store that could answer together. */
export interface MemberGroup {
  readonly store: string;
  readonly prompts: readonly WholePrompt[];
}

/** The groups of two and more, those of many first. */
export function memberGroups(prompts: readonly WholePrompt[]): MemberGroup[] {
  const groups = new Map<string, WholePrompt[]>();
  for (const prompt of prompts) {
    const key = ensembleKey(prompt.value);
    if (key === undefined) continue;
    const whole = `${prompt.store}\n${key}`;
    groups.set(whole, [...(groups.get(whole) ?? []), prompt]);
  }
  return [...groups.values()]
    .flatMap((members): MemberGroup[] => {
      const [first] = members;
      return first && members.length > 1 ? [{ store: first.store, prompts: members }] : [];
    })
    .sort((a, b) => b.prompts.length - a.prompts.length);
}

/** The prompts of a store that could answer together with one, itself among them. */
export function companions(prompt: WholePrompt, prompts: readonly WholePrompt[]): WholePrompt[] {
  const key = ensembleKey(prompt.value);
  return prompts.filter((other) => other.store === prompt.store && ensembleKey(other.value) === key);
}

/** sst2-seeds for sst2-seed-1, sst2-seed-2; what names begin with alike for others. */
export function suggestedName(names: readonly string[]): string {
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  const alike = first.slice(0, length);
  const seeded = /^(.+)-seed-\d*$/.exec(alike)?.[1];
  if (seeded !== undefined) return seedsName(seeded);
  const stem = alike.replace(/[-._\d]+$/, '');
  return fitName(stem === '' ? 'ensemble' : `${stem}-ensemble`);
}
