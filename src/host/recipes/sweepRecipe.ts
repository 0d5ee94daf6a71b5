import * as vscode from 'vscode';
import { checkRecipe } from '../../protocol/checkRecipe.js';
import { recipeName } from '../../protocol/parseRecipe.js';
import { combinationCount } from '../../protocol/sweepCombinations.js';
import { sweepFolderOf } from '../../store/sweepFolder.js';
import type { SweepPanels } from '../panels/sweepPanels.js';
import type { Stores } from '../services.js';
import { storeOf } from '../train/dataFiles.js';
import { runInTerminal, type TerminalServices } from './runInTerminal.js';

export interface SweepServices extends TerminalServices {
  readonly stores: Stores;
  readonly sweepPanels: SweepPanels;
}

/** A recipe's sweep: how many runs it is, and where its table is kept. */
export interface RecipeSweep {
  readonly name: string;
  readonly folder: string;
  readonly store: string;
  readonly runs: number;
}

/** Undefined where the recipe has none, or has mistakes. */
export function sweepOf(document: vscode.TextDocument, { folders }: Pick<Stores, 'folders'>): RecipeSweep | undefined {
  const store = storeOf(document.uri.fsPath, folders);
  const written = writtenSweep(document);
  if (store === undefined || !written) return undefined;
  return { ...written, store, folder: sweepFolderOf(store, written.name) };
}

type WrittenSweep = Pick<RecipeSweep, 'name' | 'runs'>;
const known = new WeakMap<
  vscode.TextDocument,
  { readonly version: number; readonly sweep: WrittenSweep | undefined }
>();

/** Lenses are drawn again whenever a run begins or ends, and a sweep of a thousand runs is a thousand recipes to check. */
function writtenSweep(document: vscode.TextDocument): WrittenSweep | undefined {
  const before = known.get(document);
  if (before?.version === document.version) return before.sweep;
  const checked = checkRecipe(document.getText());
  const sweep =
    'recipe' in checked && checked.recipe.sweep !== undefined
      ? { name: recipeName(checked.recipe, document.uri.fsPath), runs: combinationCount(checked.recipe.sweep) }
      : undefined;
  known.set(document, { version: document.version, sweep });
  return sweep;
}

/** Runs what is left of a recipe's sweep, in a terminal, beside the panel with its charts and table. */
export async function sweepRecipe(recipe: vscode.Uri, services: SweepServices): Promise<void> {
  const sweep = await savedSweep(recipe, services);
  if (!sweep) return;
  const title = vscode.l10n.t('sweep {recipe}', { recipe: vscode.workspace.asRelativePath(recipe) });
  await runInTerminal(recipe, title, ['sweep', recipe.fsPath, '--store', sweep.store], services);
  await services.sweepPanels.open(sweep.folder, sweep.name);
}

/** Shows the charts and the table of a recipe's sweep. */
export async function openSweep(recipe: vscode.Uri, services: SweepServices): Promise<void> {
  const sweep = await savedSweep(recipe, services);
  if (sweep) await services.sweepPanels.open(sweep.folder, sweep.name);
}

/** Says how a sweep is written where there is none. */
async function savedSweep(recipe: vscode.Uri, { stores }: SweepServices): Promise<RecipeSweep | undefined> {
  await stores.ready();
  const document = await vscode.workspace.openTextDocument(recipe);
  if (document.isDirty) await document.save();
  const sweep = sweepOf(document, stores);
  if (sweep) return sweep;
  const example = '"sweep": { "method.num_virtual_tokens": [1, 5, 20], "training.seed": { "from": 1, "to": 3 } }';
  void vscode.window.showInformationMessage(
    vscode.l10n.t('This recipe has no sweep that can be run; one looks like this: {example}', { example }),
  );
  return undefined;
}
