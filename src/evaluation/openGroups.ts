import { defined } from '../common/assert.js';
import { groupsOfRows, strangers } from '../data/groups.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { noMethod } from '../methods/method.js';
import type { Table } from '../protocol/dataset.js';
import type { UnknownGroups } from '../protocol/recipe.js';
import type { Engine } from '../runtime/engine.js';
import { isGroupSet, readGroupSet, readGroupVectors, type GroupSet } from '../store/groupSet.js';
import { rowsFor, type AskedRows, type RowsAsked } from './askedRows.js';
import { entering, openBeside, openPrompt, type OpenedPrompt, type PromptRequest } from './openPrompt.js';
import type { Member } from './scorer.js';

/** The prompts of groups with the model that they belong to; their vectors are read when rows ask for them. */
export interface OpenedGroups extends Omit<OpenedPrompt, 'prompt' | 'embeddings'> {
  readonly prompt: Pick<GroupSet, 'config' | 'details' | 'recipe'>;
  readonly folder: string;
  readonly set: GroupSet;
}
export type OpenedPrompts = OpenedPrompt | OpenedGroups;

/** A saved prompt, or the prompts of groups. Throws what `openPrompt` and `readGroupSet` throw. */
export async function openPrompts(request: PromptRequest): Promise<OpenedPrompts> {
  const { promptFolder } = request;
  if (!(await isGroupSet(promptFolder))) return openPrompt(request);
  const set = await readGroupSet(promptFolder);
  return { ...(await openBeside(set, request)), prompt: set, folder: promptFolder, set };
}

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
  if (!('set' in opened)) return rowsFor(opened, table, engine, asked);
  const { set, folder } = opened;
  const rows = rowsFor(opened, table, engine, asked);
  const groups = groupsOfRows(table, set.column).slice(0, asked.maxRows);
  const places = new Map(set.groups.map(({ group }, place) => [group, place]));
  const unknown = strangers(table, groups, (group) => places.has(group));
  const rule = asked.unknownGroups ?? set.recipe.evaluation?.unknownGroups ?? 'refuse';
  if (unknown && rule === 'refuse') throw new SoftpromptError('data.unknownGroup', { ...unknown, column: set.column });
  const met = [...new Set(groups)].filter((group) => places.has(group));
  const vectors = await readGroupVectors(
    folder,
    set,
    met.map((group) => defined(places.get(group), 'a place')),
  );
  const bare: Member = { method: noMethod };
  const members = new Map(
    met.map((group, i): [string, Member] => [group, entering(defined(vectors[i], 'vectors'), set.config, opened)]),
  );
  return { ...rows, answering: groups.map((group) => members.get(group) ?? bare), groups };
}
