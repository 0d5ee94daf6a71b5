import * as vscode from 'vscode';
import { exportGroup, takeOutGroup } from '../../store/promptTransfer.js';
import { browseFor } from '../browse.js';
import { offer } from '../problem.js';
import { exportWordsOf, pickFormat, reveal } from './promptActions.js';
import { groupRowEntry } from './groupSetEntries.js';
import type { PromptActionDependencies } from './registerPromptActions.js';
import type { WholeGroupSet } from './wholePrompts.js';

/** Asks for a group by letters of its name, among however many there are, and opens the view at its row. */
export async function findGroup({ folder, value }: WholeGroupSet, { tree }: PromptActionDependencies): Promise<void> {
  const { name, column, groups } = value;
  const items = groups.map((entry) => ({
    label: entry.group,
    description: groupRowEntry(entry, column).description,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Find Group in {name}', { name }),
    placeHolder: column,
    matchOnDescription: true,
  });
  if (chosen) await tree.show(folder, chosen.label);
}

export async function exportGroupAdapter({ folder, value }: WholeGroupSet, group: string): Promise<void> {
  const name = `${value.name} ${group}`;
  const format = await pickFormat({ ...value, name });
  if (format === undefined) return;
  const parent = await browseFor('folder', exportWordsOf(name, format), { openLabel: vscode.l10n.t('Export Here') });
  if (parent === undefined) return;
  const target = await exportGroup(folder, group, parent, format);
  offer(vscode.l10n.t('Exported {name} to {folder}.', { name, folder: target }), vscode.l10n.t('Reveal'), () =>
    reveal(target),
  );
}

/** As a prompt of its own a group's prompt can be tried, mapped, compared, and evaluated on any file. */
export async function takeOut(
  { folder, store }: WholeGroupSet,
  group: string,
  { stores, tree }: PromptActionDependencies,
): Promise<void> {
  const target = await takeOutGroup(store, folder, group);
  await stores.refresh();
  await tree.show(target);
}
