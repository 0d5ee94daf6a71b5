import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { describe } from '../../errors/catalogue.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { wholeNumber } from '../../protocol/numbers.js';
import { parseRecipe } from '../../protocol/parseRecipe.js';
import { promptConfig, promptNamePattern, type Recipe } from '../../protocol/recipe.js';
import { isEncoderDecoder } from '../../store/adapterConfig.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import * as catalogue from '../../store/catalogue.js';
import { renameMember } from '../../store/ensembles.js';
import { loadPrompt, promptRecipeFile } from '../../store/promptFolder.js';
import {
  exportPrompt,
  importPrompt,
  inspectImport,
  refuseFormat,
  type ExportFormat,
} from '../../store/promptTransfer.js';
import { pythonSnippet } from '../../store/pythonSnippet.js';
import { formatJson } from '../../store/readJson.js';
import { browseFor } from '../browse.js';
import { offer } from '../problem.js';
import { recipeEnding } from '../recipeEnding.js';
import type { Stores } from '../services.js';
import { variantOf, variantWords, type PromptVariant } from '../train/variants.js';
import { beginningWords, continuations, continuedRecipe } from './continuedRecipe.js';
import { formatWords, offeredFormats } from './exportWords.js';
import type { ListedSaved } from './promptEntries.js';
import { recordedRecipeFile } from './recordedRecipe.js';
import type { PromptActionDependencies } from './registerPromptActions.js';
import type { WholePrompt } from './wholePrompts.js';

/** Asks for a name that no other prompt of the store has. */
export async function renamePrompt(
  { folder, store }: Pick<ListedSaved, 'folder' | 'store'>,
  { stores, tree }: PromptActionDependencies,
): Promise<void> {
  const name = basename(folder);
  const others = [...stores.prompts, ...stores.groupSets].filter(
    (other) => other.store === store && other.folder !== folder,
  );
  const newName = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename Prompt'),
    value: name,
    validateInput: (text) => {
      if (!promptNamePattern.test(text)) return describe('store.badName', { name: text }).message;
      const taken = others.find((other) => catalogue.isSameName(basename(other.folder), text));
      return taken && vscode.l10n.t('There is a prompt "{name}" already.', { name: basename(taken.folder) });
    },
  });
  if (newName === undefined || newName === name) return;
  const renamed = await catalogue.renamePrompt(store, name, newName);
  await renameMember(store, folder, renamed);
  await stores.refresh();
  await tree.show(renamed);
}

/** To the store's trash, with Undo. */
export async function deletePrompt(
  { folder, store }: Pick<ListedSaved, 'folder' | 'store'>,
  { stores, tree }: PromptActionDependencies,
): Promise<void> {
  const name = basename(folder);
  const deleted = await catalogue.deletePrompt(store, name);
  await stores.refresh();
  offer(vscode.l10n.t('Deleted the prompt {name}.', { name }), vscode.l10n.t('Undo'), async () => {
    const restored = await catalogue.restorePrompt(store, deleted);
    await stores.refresh();
    await tree.show(restored);
  });
}

/**
 * More steps from where a prompt stands, by its own method or another that can begin there, into a prompt of its own: at once, or after a
 * look at the recipe.
 */
export async function continuePrompt(
  prompt: WholePrompt,
  { stores, runs, extensionUri }: PromptActionDependencies,
): Promise<void> {
  const { folder, store, value } = prompt;
  const { recipe, config } = await loadPrompt(folder);
  if (recipe === undefined) throw new SoftpromptError('store.fileMissing', { file: join(folder, promptRecipeFile) });
  const title = vscode.l10n.t('Continue training {name}', { name: value.name });
  const variant = await pickContinuation(recipe, title);
  if (variant === undefined) return;
  const from = dirname(recordedRecipeFile(prompt.folder, stores) ?? store);
  // What the extension brings along is not the user's to write into.
  const to = existsSync(from) && !from.startsWith(extensionUri.fsPath) ? from : dirname(store);
  const name = await freeRecipeName(store, to, value.name);
  const recipeFile = join(to, `${name}${recipeEnding}`);
  const virtualTokens = config.num_virtual_tokens;
  const text = formatJson(continuedRecipe({ recipe, promptFolder: folder, virtualTokens, variant, name, from, to }));
  const train = {
    label: vscode.l10n.t('$(play) Train {steps} more steps', { steps: wholeNumber(recipe.training.maxSteps) }),
    description: vscode.l10n.t('saved as {name}', { name }),
  };
  const edit = {
    label: vscode.l10n.t('$(edit) Edit the recipe first'),
    description: vscode.workspace.asRelativePath(recipeFile),
  };
  const answer = await vscode.window.showQuickPick([train, edit], { title });
  if (answer === edit) {
    await writeFileAtomic(recipeFile, text);
    await vscode.window.showTextDocument(vscode.Uri.file(recipeFile));
  } else if (answer === train) {
    const run = await runs.start({ recipe: parseRecipe(text, recipeFile), recipeFile, store });
    await vscode.commands.executeCommand('softprompt.openRun', run);
  }
}

/** By which method it goes on, its own first, and what each begins with. */
async function pickContinuation(recipe: Recipe, title: string): Promise<PromptVariant | undefined> {
  const words = variantWords();
  const items = continuations(recipe).map((variant) => ({
    label: words[variant].label,
    description: variant === variantOf(recipe.method) ? vscode.l10n.t('as it was trained') : words[variant].description,
    detail: beginningWords(variant, promptConfig(recipe.method).peft_type),
    variant,
  }));
  const placeHolder = vscode.l10n.t('The method that goes on from it');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.variant;
}

/** A name that neither a prompt of the store nor a recipe in the folder has. */
async function freeRecipeName(store: string, folder: string, name: string): Promise<string> {
  for (let i = 2; ; i++) {
    const candidate = `${name.slice(0, 90)}-${i}`;
    const isFree = (await catalogue.freePromptName(store, candidate)) === candidate;
    if (isFree && !existsSync(join(folder, `${candidate}${recipeEnding}`))) return candidate;
  }
}

/** The recipe as it is now; the copy that lies with the prompt where that is gone. */
export async function openRecipe(prompt: WholePrompt, stores: Stores): Promise<void> {
  const recorded = recordedRecipeFile(prompt.folder, stores);
  const file = recorded !== undefined && existsSync(recorded) ? recorded : join(prompt.folder, promptRecipeFile);
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

export async function exportAdapter({ folder, value }: WholePrompt): Promise<void> {
  const format = await pickFormat(value);
  if (format === undefined) return;
  const { name } = value;
  const parent = await browseFor('folder', exportWordsOf(name, format), { openLabel: vscode.l10n.t('Export Here') });
  if (parent === undefined) return;
  const target = await exportPrompt(folder, parent, format);
  offer(vscode.l10n.t('Exported {name} to {folder}.', { name, folder: target }), vscode.l10n.t('Reveal'), () =>
    reveal(target),
  );
}

export const exportWordsOf = (name: string, format: ExportFormat): string =>
  vscode.l10n.t('Export {name} ({format})', { name, format: formatWords()[format].label });

/** What PEFT has not can go nowhere else. Throws `store.warpExport` or `store.partsExport`. */
function refuseOurs(prompt: Pick<WholePrompt['value'], 'name' | 'config' | 'details'>): void {
  if (offeredFormats(prompt).length === 0) refuseFormat(prompt, prompt.name, 'peft');
}

/** Asks only where there are several. */
export async function pickFormat(
  prompt: Pick<WholePrompt['value'], 'name' | 'config' | 'details'>,
): Promise<ExportFormat | undefined> {
  refuseOurs(prompt);
  const items = offeredFormats(prompt).map((format) => ({ ...formatWords()[format], format }));
  if (items.length <= 1) return items[0]?.format;
  const title = vscode.l10n.t('Export {name}', { name: prompt.name });
  return (await vscode.window.showQuickPick(items, { title }))?.format;
}

export async function importAdapter({ stores, tree }: PromptActionDependencies): Promise<void> {
  const from = await pickImport();
  if (from === undefined) return;
  const { tasks = 1 } = await inspectImport(from);
  const task = tasks > 1 ? await pickTask(tasks) : undefined;
  if (tasks > 1 && task === undefined) return;
  await stores.ready();
  const store = await pickStore(stores);
  if (store === undefined) return;
  const folder = await importPrompt(store, from, task === undefined ? {} : { task });
  await stores.refresh();
  await tree.show(folder);
}

/** A dialog takes folders or files, not both. */
async function pickImport(): Promise<string | undefined> {
  const title = vscode.l10n.t('Import Prompt');
  const folder = {
    label: vscode.l10n.t('$(folder-opened) A PEFT adapter’s folder…'),
    detail: vscode.l10n.t('prompt tuning, prefix tuning, P-tuning, multitask prompt tuning, CPT or CARTRIDGE'),
  };
  const npy = {
    label: vscode.l10n.t('$(file-binary) An .npy file…'),
    detail: vscode.l10n.t('virtual tokens’ vectors, as google-research/prompt-tuning saves them'),
  };
  const answer = await vscode.window.showQuickPick([folder, npy], { title });
  if (answer === undefined) return undefined;
  return browseFor(answer === folder ? 'folder' : { files: { NumPy: ['npy'] } }, title, {
    openLabel: vscode.l10n.t('Import'),
  });
}

/** Which of a multitask adapter's prompts. */
async function pickTask(tasks: number): Promise<number | undefined> {
  const items = Array.from({ length: tasks }, (_, task) => ({
    label: vscode.l10n.t('Task {task}', { task }),
    task,
  }));
  return (
    await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Import Prompt'),
      placeHolder: vscode.l10n.t('The adapter holds a prompt for each of {tasks} tasks: which one?', { tasks }),
    })
  )?.task;
}

/** Asks only where there are several. */
async function pickStore({ folders }: Stores): Promise<string | undefined> {
  if (folders.length <= 1) return folders[0];
  const items = folders.map((store) => ({ label: basename(dirname(store)), description: store, store }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Import into') }))?.store;
}

export async function copySnippet({ folder, value }: WholePrompt, extensionUri: vscode.Uri): Promise<void> {
  const { config, details } = value;
  refuseOurs(value);
  const bundled = vscode.Uri.joinPath(extensionUri, 'media', 'models', details?.model.name ?? '').fsPath;
  const recorded = config.base_model_name_or_path ?? details?.model.name ?? 'BASE_MODEL';
  // An update of the extension moves its model.
  const isBundled = details !== undefined && existsSync(bundled) && !existsSync(recorded);
  await vscode.env.clipboard.writeText(
    pythonSnippet({
      base: isBundled ? bundled : recorded,
      adapter: folder,
      text: details?.task.template ?? 'a row as the template words it',
      isEncoderDecoder: isEncoderDecoder(config),
    }),
  );
  vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Python snippet copied'), 3000);
}

/** In the system's file manager where that shows this machine, else in the Explorer. */
export async function reveal(folder: string): Promise<void> {
  const isLocal = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  await vscode.commands.executeCommand(isLocal ? 'revealFileInOS' : 'revealInExplorer', vscode.Uri.file(folder));
}
