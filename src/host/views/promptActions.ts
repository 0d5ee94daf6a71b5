import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { describe } from '../../errors/catalogue.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { wholeNumber } from '../../protocol/numbers.js';
import { parseRecipe } from '../../protocol/parseRecipe.js';
import { promptNamePattern } from '../../protocol/recipe.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { deletePrompt, freePromptName, isSameName, renamePrompt, restorePrompt } from '../../store/catalogue.js';
import { loadPrompt, promptRecipeFile, type PromptSummary } from '../../store/promptFolder.js';
import { exportPrompt, importPrompt } from '../../store/promptTransfer.js';
import { pythonSnippet } from '../../store/pythonSnippet.js';
import { formatJson } from '../../store/readJson.js';
import { attempt, offer } from '../problem.js';
import type { RunControl, Stores } from '../services.js';
import { chosen } from './chosen.js';
import { continuedRecipe } from './continuedRecipe.js';
import { promptEntry, type ListedPrompt } from './promptEntries.js';
import type { PromptsTree } from './promptsTree.js';

export interface PromptActionDependencies {
  readonly stores: Stores;
  readonly runs: RunControl;
  readonly extensionUri: vscode.Uri;
  readonly tree: PromptsTree;
}

type WholePrompt = Extract<ListedPrompt, { readonly value: PromptSummary }>;
const isWhole = (listed: ListedPrompt): listed is WholePrompt => 'value' in listed;

/** What can be done with saved prompts: from the view's menus and keys, and from the command palette, which asks for one. */
export function registerPromptActions(dependencies: PromptActionDependencies): vscode.Disposable {
  const { stores, tree } = dependencies;

  /** A command about one of the prompts that it can be used on. */
  const about = <L extends ListedPrompt>(
    id: string,
    title: string,
    all: () => readonly L[],
    act: (prompt: L) => Promise<unknown>,
  ): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      const none = vscode.l10n.t('There is no saved prompt for this yet.');
      const prompt = await chosen(argument, {
        all: all(),
        selected: tree.selected()?.folder,
        title,
        itemOf: promptItem,
        none,
      });
      if (prompt) await attempt(() => act(prompt));
    });
  const every = (): readonly ListedPrompt[] => stores.prompts;
  const whole = (): WholePrompt[] => stores.prompts.filter(isWhole);
  const ours = (): WholePrompt[] => whole().filter(({ value }) => value.details !== undefined);

  return vscode.Disposable.from(
    about('softprompt.renamePrompt', vscode.l10n.t('Rename Prompt'), whole, (prompt) => rename(prompt, dependencies)),
    about('softprompt.deletePrompt', vscode.l10n.t('Delete Prompt'), every, (prompt) => remove(prompt, dependencies)),
    about('softprompt.continuePrompt', vscode.l10n.t('Continue Training'), ours, (prompt) =>
      goOn(prompt, dependencies),
    ),
    about('softprompt.exportPrompt', vscode.l10n.t('Export as PEFT Adapter'), whole, exportAdapter),
    about('softprompt.copyPromptSnippet', vscode.l10n.t('Copy Python Snippet'), whole, (prompt) =>
      copySnippet(prompt, dependencies.extensionUri),
    ),
    about('softprompt.openPromptRecipe', vscode.l10n.t('Open Recipe'), ours, async (prompt) =>
      vscode.window.showTextDocument(vscode.Uri.file(recipeFileOf(prompt, stores))),
    ),
    about('softprompt.revealPromptFolder', vscode.l10n.t('Reveal Folder'), every, ({ folder }) => reveal(folder)),
    about('softprompt.copyPromptPath', vscode.l10n.t('Copy Path'), every, async ({ folder }) =>
      vscode.env.clipboard.writeText(folder),
    ),
    vscode.commands.registerCommand('softprompt.importPrompt', () => attempt(() => importAdapter(stores, tree))),
    vscode.commands.registerCommand('softprompt.revealPrompt', async (folder: string) => {
      if (await tree.show(folder)) return;
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The prompt {name} has been renamed or deleted since.', { name: basename(folder) }),
      );
    }),
  );
}

function promptItem(listed: ListedPrompt): vscode.QuickPickItem {
  if (!isWhole(listed)) return { label: basename(listed.folder), description: vscode.l10n.t('damaged') };
  const { label, description } = promptEntry(listed.value, listed.folder, vscode.env.language);
  return { label, description };
}

async function rename({ folder, store }: WholePrompt, { stores, tree }: PromptActionDependencies): Promise<void> {
  const name = basename(folder);
  const others = stores.prompts.filter((other) => other.store === store && other.folder !== folder);
  const newName = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename Prompt'),
    value: name,
    validateInput: (text) => {
      if (!promptNamePattern.test(text)) return describe('store.badName', { name: text }).message;
      const taken = others.find((other) => isSameName(basename(other.folder), text));
      return taken && vscode.l10n.t('There is a prompt "{name}" already.', { name: basename(taken.folder) });
    },
  });
  if (newName === undefined || newName === name) return;
  const renamed = await renamePrompt(store, name, newName);
  await stores.refresh();
  await tree.show(renamed);
}

async function remove({ folder, store }: ListedPrompt, { stores, tree }: PromptActionDependencies): Promise<void> {
  const name = basename(folder);
  const deleted = await deletePrompt(store, name);
  await stores.refresh();
  offer(vscode.l10n.t('Deleted the prompt {name}.', { name }), vscode.l10n.t('Undo'), async () => {
    const restored = await restorePrompt(store, deleted);
    await stores.refresh();
    await tree.show(restored);
  });
}

/** More steps from where a prompt stands, into a prompt of its own: at once, or after a look at the recipe. */
async function goOn(prompt: WholePrompt, { stores, runs, extensionUri }: PromptActionDependencies): Promise<void> {
  const { folder, store, value } = prompt;
  const { recipe, config } = await loadPrompt(folder);
  if (recipe === undefined) throw new SoftpromptError('store.fileMissing', { file: join(folder, promptRecipeFile) });
  const from = dirname(recordedRecipeFile(prompt, stores) ?? store);
  // What the extension brings along is not the user's to write into.
  const to = existsSync(from) && !from.startsWith(extensionUri.fsPath) ? from : dirname(store);
  const name = await freeRecipeName(store, to, value.name);
  const recipeFile = join(to, `${name}.softprompt.json`);
  const text = formatJson(
    continuedRecipe({ recipe, promptFolder: folder, virtualTokens: config.num_virtual_tokens, name, from, to }),
  );
  const train = {
    label: vscode.l10n.t('$(play) Train {steps} more steps', { steps: wholeNumber(recipe.training.maxSteps) }),
    description: vscode.l10n.t('saved as {name}', { name }),
  };
  const edit = {
    label: vscode.l10n.t('$(edit) Edit the recipe first'),
    description: vscode.workspace.asRelativePath(recipeFile),
  };
  const answer = await vscode.window.showQuickPick([train, edit], {
    title: vscode.l10n.t('Continue training {name}', { name: value.name }),
  });
  if (answer === edit) {
    await writeFileAtomic(recipeFile, text);
    await vscode.window.showTextDocument(vscode.Uri.file(recipeFile));
  } else if (answer === train) {
    const run = await runs.start({ recipe: parseRecipe(text, recipeFile), recipeFile, store });
    await vscode.commands.executeCommand('softprompt.openRun', run);
  }
}

/** A name that neither a prompt of the store nor a recipe in the folder has. */
async function freeRecipeName(store: string, folder: string, name: string): Promise<string> {
  for (let i = 2; ; i++) {
    const candidate = `${name.slice(0, 90)}-${i}`;
    const isFree = (await freePromptName(store, candidate)) === candidate;
    if (isFree && !existsSync(join(folder, `${candidate}.softprompt.json`))) return candidate;
  }
}

/** The recipe that a prompt came from, where its run is still there to know it. */
function recordedRecipeFile({ folder }: WholePrompt, { runs }: Stores): string | undefined {
  for (const run of runs)
    if ('value' in run && run.value.status.promptFolder === folder) return run.value.status.recipeFile;
  return undefined;
}

/** The recipe as it is now; the copy that lies with the prompt where that is gone. */
function recipeFileOf(prompt: WholePrompt, stores: Stores): string {
  const file = recordedRecipeFile(prompt, stores);
  return file !== undefined && existsSync(file) ? file : join(prompt.folder, promptRecipeFile);
}

async function exportAdapter({ folder, value }: WholePrompt): Promise<void> {
  const [parent] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Export {name} as a PEFT Adapter', { name: value.name }),
      openLabel: vscode.l10n.t('Export Here'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (parent === undefined) return;
  const target = await exportPrompt(folder, parent.fsPath);
  offer(
    vscode.l10n.t('Exported {name} to {folder}.', { name: value.name, folder: target }),
    vscode.l10n.t('Reveal'),
    () => reveal(target),
  );
}

async function importAdapter(stores: Stores, tree: PromptsTree): Promise<void> {
  const [from] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import a PEFT Adapter'),
      openLabel: vscode.l10n.t('Import'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (from === undefined) return;
  const store = await pickStore(stores);
  if (store === undefined) return;
  const folder = await importPrompt(store, from.fsPath);
  await stores.refresh();
  await tree.show(folder);
}

/** Asks only where there are several. */
async function pickStore({ folders }: Stores): Promise<string | undefined> {
  if (folders.length <= 1) return folders[0];
  const items = folders.map((store) => ({ label: basename(dirname(store)), description: store, store }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Import into') }))?.store;
}

async function copySnippet({ folder, value }: WholePrompt, extensionUri: vscode.Uri): Promise<void> {
  const { config, details } = value;
  const bundled = vscode.Uri.joinPath(extensionUri, 'media', 'models', details?.model.name ?? '').fsPath;
  const recorded = config.base_model_name_or_path ?? details?.model.name ?? 'BASE_MODEL';
  // An update of the extension moves its model.
  const isBundled = details !== undefined && existsSync(bundled) && !existsSync(recorded);
  await vscode.env.clipboard.writeText(
    pythonSnippet({
      base: isBundled ? bundled : recorded,
      adapter: folder,
      text: details?.task.template ?? 'a row as the template words it',
    }),
  );
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Python snippet copied'), 3000);
}

/** In the system's file manager where that shows this machine, else in the Explorer. */
async function reveal(folder: string): Promise<void> {
  const isLocal = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(isLocal ? 'revealFileInOS' : 'revealInExplorer', vscode.Uri.file(folder));
}
