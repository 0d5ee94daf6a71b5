import * as vscode from 'vscode';
import { attempt } from '../problem.js';
import type { Stores } from '../services.js';

/**
 * A command about one of what a view lists. Once the stores were read: a command may be what wakes the extension, and must not find them
 * empty.
 */
export function registerAbout<L extends { readonly folder: string }>(
  id: string,
  stores: Stores,
  choice: () => Choice<L>,
  act: (listed: L) => Promise<unknown>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (argument: unknown) => {
    await stores.ready();
    const listed = await chosen(argument, choice());
    if (listed) await attempt(() => act(listed));
  });
}

/** What the commands of a view choose from. */
export interface Choice<L extends { readonly folder: string }> {
  readonly all: readonly L[];
  /** The folder of what is selected in the view. */
  readonly selected: string | undefined;
  readonly title: string;
  readonly itemOf: (listed: L) => vscode.QuickPickItem;
  /** Said where there is nothing to choose. */
  readonly none: string;
}

/**
 * What a command is about: the row of its menu, the selection for a key, the folder that another command names; else the person is asked.
 */
async function chosen<L extends { readonly folder: string }>(
  argument: unknown,
  choice: Choice<L>,
): Promise<L | undefined> {
  const folder = folderOf(argument, choice.selected);
  if (folder !== undefined) return choice.all.find((listed) => listed.folder === folder);
  return pick(choice);
}

/** A menu passes the row, `{ listed }`, and a key `{}`; rows may be of an older reading of the stores. */
function folderOf(argument: unknown, selected: string | undefined): string | undefined {
  if (typeof argument !== 'object' || argument === null) return typeof argument === 'string' ? argument : undefined;
  return 'listed' in argument ? (argument.listed as { readonly folder: string }).folder : selected;
}

async function pick<L extends { readonly folder: string }>({
  all,
  title,
  itemOf,
  none,
}: Choice<L>): Promise<L | undefined> {
  if (all.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const items = all.map((listed) => ({ ...itemOf(listed), listed }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.listed;
}
