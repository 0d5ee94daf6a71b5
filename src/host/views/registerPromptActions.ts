import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { PromptSummary } from '../../store/promptFolder.js';
import { attempt } from '../problem.js';
import type { RunControl, Stores } from '../services.js';
import { registerAbout } from './chosen.js';
import { promptEntry, type ListedPrompt } from './promptEntries.js';
import type { PromptsTree } from './promptsTree.js';

export interface PromptActionDependencies {
  readonly stores: Stores;
  readonly runs: RunControl;
  readonly extensionUri: vscode.Uri;
  readonly tree: PromptsTree;
}

export type WholePrompt = Extract<ListedPrompt, { readonly value: PromptSummary }>;
/** Those that can be read. */
export const wholePrompts = ({ prompts }: Stores): WholePrompt[] => prompts.filter(isWhole);
const isWhole = (listed: ListedPrompt): listed is WholePrompt => 'value' in listed;

/** What can be done with saved prompts: from the view's menus and keys, and from the command palette, which asks for one. What they do is loaded when it is first asked for. */
export function registerPromptActions(dependencies: PromptActionDependencies): vscode.Disposable {
  const { stores, tree } = dependencies;

  /** A command about one of the prompts that it can be used on. */
  const about = <L extends ListedPrompt>(
    id: string,
    title: string,
    all: () => readonly L[],
    act: (prompt: L) => Promise<unknown>,
  ): vscode.Disposable =>
    registerAbout(
      id,
      stores,
      () => ({
        all: all(),
        selected: tree.selected()?.folder,
        title,
        itemOf: promptItem,
        none: vscode.l10n.t('There is no saved prompt for this yet.'),
      }),
      act,
    );
  const every = (): readonly ListedPrompt[] => stores.prompts;
  const whole = (): WholePrompt[] => wholePrompts(stores);
  const ours = (): WholePrompt[] => whole().filter(({ value }) => value.details !== undefined);

  const load = () => import('./promptActions.js');
  return vscode.Disposable.from(
    about('softprompt.renamePrompt', vscode.l10n.t('Rename Prompt'), whole, async (prompt) =>
      (await load()).renamePrompt(prompt, dependencies),
    ),
    about('softprompt.deletePrompt', vscode.l10n.t('Delete Prompt'), every, async (prompt) =>
      (await load()).deletePrompt(prompt, dependencies),
    ),
    about('softprompt.continuePrompt', vscode.l10n.t('Continue Training'), ours, async (prompt) =>
      (await load()).continuePrompt(prompt, dependencies),
    ),
    about('softprompt.exportPrompt', vscode.l10n.t('Export Prompt'), whole, async (prompt) =>
      (await load()).exportAdapter(prompt),
    ),
    about('softprompt.copyPromptSnippet', vscode.l10n.t('Copy Python Snippet'), whole, async (prompt) =>
      (await load()).copySnippet(prompt, dependencies.extensionUri),
    ),
    about('softprompt.openPromptRecipe', vscode.l10n.t('Open Recipe'), ours, async (prompt) =>
      (await load()).openRecipe(prompt, stores),
    ),
    about('softprompt.revealPromptFolder', vscode.l10n.t('Reveal Folder'), every, async ({ folder }) =>
      (await load()).reveal(folder),
    ),
    about('softprompt.copyPromptPath', vscode.l10n.t('Copy Path'), every, async ({ folder }) =>
      vscode.env.clipboard.writeText(folder),
    ),
    vscode.commands.registerCommand('softprompt.importPrompt', () =>
      attempt(async () => (await load()).importAdapter(dependencies)),
    ),
    vscode.commands.registerCommand('softprompt.revealPrompt', async (folder: string) => {
      if (await tree.show(folder)) return;
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The prompt {name} has been renamed or deleted since.', { name: basename(folder) }),
      );
    }),
  );
}

/** A prompt as a question shows it. */
export function promptItem(listed: ListedPrompt): vscode.QuickPickItem {
  if (!isWhole(listed)) return { label: basename(listed.folder), description: vscode.l10n.t('damaged') };
  const { label, description } = promptEntry(listed.value, listed.folder, vscode.env.language);
  return { label, description };
}
