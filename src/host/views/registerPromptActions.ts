import { basename } from 'node:path';
import * as vscode from 'vscode';
import { attempt } from '../problem.js';
import type { RunControl, Stores } from '../services.js';
import { registerGroupActions } from './registerGroupActions.js';
import type { ListedSaved } from './promptEntries.js';
import type { PromptsTree } from './promptsTree.js';
import { commandsAboutPrompts, wholeGroupSets, wholePrompts, type WholePrompt } from './wholePrompts.js';

export interface PromptActionDependencies {
  readonly stores: Stores;
  readonly runs: RunControl;
  readonly extensionUri: vscode.Uri;
  readonly tree: PromptsTree;
  /** A real Node, which runs the command line. */
  readonly nodeProgram: () => string;
}

/** What can be done with saved prompts: from the view's menus and keys, and from the command palette, which asks for one. What they do is loaded when it is first asked for. */
export function registerPromptActions(dependencies: PromptActionDependencies): vscode.Disposable {
  const { stores, tree } = dependencies;

  const about = commandsAboutPrompts(stores, tree.selected);
  const every = (): readonly ListedSaved[] => [...stores.prompts, ...stores.groupSets];
  const named = () => [...wholePrompts(stores), ...wholeGroupSets(stores)];
  const whole = (): WholePrompt[] => wholePrompts(stores);
  const ours = (): WholePrompt[] => whole().filter(({ value }) => value.details !== undefined);

  const load = () => import('./promptActions.js');
  return vscode.Disposable.from(
    registerGroupActions(dependencies),
    about('softprompt.renamePrompt', vscode.l10n.t('Rename Prompt'), named, async (prompt) =>
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
