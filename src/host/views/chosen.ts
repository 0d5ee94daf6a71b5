import * as vscode from 'vscode';
import { outlivesFocus } from '../asking.js';
import { attempt } from '../problem.js';
import type { Stores } from '../services.js';

/** A list whose things commands are about. */
export interface Listing<L extends { readonly folder: string }> {
  /** What is selected in its view. */
  readonly selected?: () => L | undefined;
  readonly itemOf: (listed: L) => vscode.QuickPickItem;
  /** Said where there is nothing to choose. */
  readonly none: string;
}

/** Registers a command about one of `all`: those that it can be used on. `title` stands above the question which one. */
export type CommandsAbout<L extends { readonly folder: string }> = <M extends L>(
  id: string,
  title: string,
  all: () => readonly M[],
  act: (listed: M) => unknown,
) => vscode.Disposable;

/** Commands run once the stores were read: one may be what wakes the extension, and must not find them empty. */
export const commandsAbout =
  <L extends { readonly folder: string }>(stores: Stores, listing: Listing<L>): CommandsAbout<L> =>
  (id, title, all, act) =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      await stores.ready();
      const listed = await chosen(argument, listing, all(), title);
      if (listed) await attempt(async () => act(listed));
    });

/**
 * What a command is about: the row of its menu, the selection for a key, the folder that another command names; else the person is asked.
 */
async function chosen<L extends { readonly folder: string }, M extends L>(
  argument: unknown,
  listing: Listing<L>,
  all: readonly M[],
  title: string,
): Promise<M | undefined> {
  const folder = folderOf(argument, listing.selected?.()?.folder);
  if (folder !== undefined) return all.find((listed) => listed.folder === folder);
  if (all.length === 0) {
    void vscode.window.showInformationMessage(listing.none);
    return undefined;
  }
  const items = all.map((listed) => ({ ...listing.itemOf(listed), listed }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true, ...outlivesFocus }))?.listed;
}

/** A menu passes the row, `{ listed }`, and a key `{}`; rows may be of an older reading of the stores. */
function folderOf(argument: unknown, selected: string | undefined): string | undefined {
  if (typeof argument !== 'object' || argument === null) return typeof argument === 'string' ? argument : undefined;
  return 'listed' in argument ? (argument.listed as { readonly folder: string }).folder : selected;
}
