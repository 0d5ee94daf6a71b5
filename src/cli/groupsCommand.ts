import * as l10n from '@vscode/l10n';
import { basename } from 'node:path';
import { describeMessage } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { metricText, wholeNumber } from '../protocol/numbers.js';
import { findPrompts, listGroupSets } from '../store/catalogue.js';
import { isGroupSet, readGroupSet, type GroupEntry } from '../store/groupSet.js';
import { exitCodes, type ExitCode } from './failure.js';
import { print, printJson, storeOf } from './runCommand.js';
import { clipped, columnLines, screenOf, styled } from './terminal.js';
import type { CommonOptions, World } from './world.js';

export interface GroupsOptions extends CommonOptions {
  /** Letters that a group's name holds. */
  readonly find?: string;
}

/** Lists the groups that have a prompt; without a name, the sets that there are. */
export async function runGroups(prompt: string | undefined, options: GroupsOptions, world: World): Promise<ExitCode> {
  const store = await storeOf(options, world);
  if (prompt === undefined) return listSets(store, options, world);
  const folder = await findPrompts(store, prompt, world.folder);
  if (!(await isGroupSet(folder))) throw new SoftpromptError('store.notAGroupSet', { prompt: basename(folder) });
  const { name, column, groups } = await readGroupSet(folder);
  const found = groups.filter(matching(options.find ?? ''));
  if (options.json) {
    printJson(
      found.map((entry) => ({ type: 'group', prompt: name, column, ...entry })),
      world,
    );
    return exitCodes.ok;
  }
  const [head = '', ...lines] = columnLines([
    [column, l10n.t('training rows'), l10n.t('dev rows'), l10n.t('step'), 'dev'],
    ...found.map(({ group, rows, bestStep, score }) => [
      clipped(group, 40),
      wholeNumber(rows.train),
      wholeNumber(rows.dev),
      wholeNumber(bestStep),
      score ? metricText(score.metric, score.value) : '–',
    ]),
  ]);
  const count = l10n.t('{found} of {count} groups', {
    found: wholeNumber(found.length),
    count: wholeNumber(groups.length),
  });
  print([styled(screenOf(world.out), 'bold', head), ...lines, count], world);
  return exitCodes.ok;
}

/** Damaged ones, too, with the reason. */
async function listSets(store: string, options: GroupsOptions, world: World): Promise<ExitCode> {
  const sets = await listGroupSets(store);
  if (options.json) {
    const told = sets.map((listed) => {
      if ('damage' in listed) return { type: 'groupSet', folder: listed.folder, error: listed.damage.toMessage() };
      const { name, column, groups } = listed.value;
      return { type: 'groupSet', folder: listed.folder, name, column, groups: groups.length };
    });
    printJson(told, world);
  } else if (sets.length === 0)
    print([l10n.t('There are no prompts of groups here; "groupBy" in a recipe trains some.')], world);
  else {
    const lines = sets.map((listed) => {
      if ('damage' in listed) return [basename(listed.folder), describeMessage(listed.damage).message];
      const { name, column, groups } = listed.value;
      return [name, l10n.t('by {column}', { column }), wholeNumber(groups.length)];
    });
    print(columnLines(lines), world);
  }
  return exitCodes.ok;
}

/** Whether a group's name holds the letters, case apart. */
function matching(letters: string): (entry: Pick<GroupEntry, 'group'>) => boolean {
  const wanted = letters.toLowerCase();
  return ({ group }) => group.toLowerCase().includes(wanted);
}
