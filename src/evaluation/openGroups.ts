import { defined } from '../common/assert.js';
import { groupsOfRows, strangers } from '../data/groups.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { noMethod } from '../methods/method.js';
import type { Table } from '../protocol/dataset.js';
import type { Grouping } from '../protocol/groupScores.js';
import type { UnknownGroups } from '../protocol/recipe.js';
import type { Engine } from '../runtime/engine.js';
import { isGroupSet, noGroup, notSingle, readGroupSet, readGroupVectors, type GroupSet } from '../store/groupSet.js';
import { rowsFor, type AskedRows, type RowsAsked } from './askedRows.js';
import {
  entering,
  openBeside,
  openPrompt,
  type OpenBase,
  type OpenedPrompt,
  type PromptRequest,
} from './openPrompt.js';
import type { Member } from './scorer.js';

/** The prompts of groups with the model that they belong to; their vectors are read when rows ask for them. */
export interface OpenedGroups extends Omit<OpenedPrompt, 'prompt' | 'embeddings'> {
  readonly prompt: GroupSet;
  readonly folder: string;
  readonly grouping: Grouping;
}
export type OpenedPrompts = OpenedPrompt | OpenedGroups;

export const isOfGroups = (opened: OpenedPrompts): opened is OpenedGroups => 'grouping' in opened;

/** Throws `store.isGroupSet`. */
export function singlePrompt(opened: OpenedPrompts): OpenedPrompt {
  if (isOfGroups(opened)) throw notSingle(opened.prompt);
  return opened;
}

/** A saved prompt, or the prompts of groups. Throws what `openPrompt` and `readGroupSet` throw. */
export async function openPrompts(request: PromptRequest, openBase?: OpenBase): Promise<OpenedPrompts> {
  const { promptFolder } = request;
  if (!(await isGroupSet(promptFolder))) return openPrompt(request, openBase);
  const prompt = await readGroupSet(promptFolder);
  const grouping = { column: prompt.column, groups: prompt.groups.map(({ group }) => group) };
  return { ...(await openBeside(prompt, request, openBase)), prompt, folder: promptFolder, grouping };
}

const bare: Member = { method: noMethod };

/** Who answers for groups, read when first asked for: each its own prompt, and the bare model for one without. */
export function membersOfGroups(opened: OpenedGroups): (groups: readonly string[]) => Promise<Member[]> {
  const { folder, prompt } = opened;
  const places = new Map(prompt.groups.map(({ group }, place) => [group, place]));
  const members = new Map<string, Member>();
  return async (groups) => {
    const met = [...new Set(groups)].filter((group) => places.has(group) && !members.has(group));
    const vectors = await readGroupVectors(
      folder,
      prompt,
      met.map((group) => defined(places.get(group), 'a place')),
    );
    met.forEach((group, i) => members.set(group, entering(defined(vectors[i], 'vectors'), prompt.config, opened)));
    return groups.map((group) => members.get(group) ?? bare);
  };
}

/** How a group's rows are asked about: for its own prompt, or for the bare model. Throws `store.noGroup` where that may not answer. */
export function methodOfGroup(opened: OpenedGroups): (group: string) => Pick<Member, 'method'> {
  const known = new Set(opened.grouping.groups);
  const rule = ruleForUnknown(opened);
  return (group) => {
    if (known.has(group)) return opened;
    if (rule === 'refuse') throw noGroup(opened.prompt, group);
    return bare;
  };
}

const ruleForUnknown = ({ prompt }: OpenedGroups): UnknownGroups => prompt.recipe.evaluation?.unknownGroups ?? 'refuse';

/** Whose each row is. */
export interface GroupedRows extends AskedRows {
  readonly groups?: readonly string[];
}

/**
 * The rows of a file as a prompt reads them, or each as its own group's does. Throws what making examples throws, and `data.unknownGroup` for
 * rows whose group has no prompt, unless the bare model may answer them.
 */
export async function rowsOf(
  opened: OpenedPrompts,
  table: Table,
  engine: Engine,
  asked: RowsAsked & { readonly unknownGroups?: UnknownGroups },
): Promise<GroupedRows> {
  if (!isOfGroups(opened)) return rowsFor(opened, table, engine, asked);
  const { column, groups: trained } = opened.grouping;
  const rows = rowsFor(opened, table, engine, asked);
  const groups = groupsOfRows(table, column).slice(0, asked.maxRows);
  const known = new Set(trained);
  const unknown = strangers(table, groups, (group) => known.has(group));
  const rule = asked.unknownGroups ?? ruleForUnknown(opened);
  if (unknown && rule === 'refuse') throw new SoftpromptError('data.unknownGroup', { ...unknown, column });
  return { ...rows, answering: await membersOfGroups(opened)(groups), groups };
}
