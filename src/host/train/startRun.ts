import * as vscode from 'vscode';
import { parseRecipe } from '../../protocol/parseRecipe.js';
import { homeStore } from '../../store/storeLocation.js';
import { storeOf } from './dataFiles.js';
import type { TrainServices } from './draft.js';
import { withDefaults } from './recipeText.js';

/** Starts a recipe as its editor shows it, which is saved first, and gives back the run's folder. Fails with `SoftpromptError`s. */
export async function startRun(
  recipeFile: string,
  { runControl, stores, trainingDefaults }: Pick<TrainServices, 'runControl' | 'stores' | 'trainingDefaults'>,
): Promise<string> {
  const document = await recipeDocument(recipeFile);
  if (document.isDirty) await document.save();
  const text = withDefaults(document.getText(), trainingDefaults());
  await stores.ready();
  const recipe = parseRecipe(text, vscode.workspace.asRelativePath(recipeFile));
  return runControl.start({ recipe, recipeFile, store: storeOf(recipeFile, stores.folders) ?? homeStore() });
}

/** A recipe's text, saved or not. */
export function recipeDocument(recipeFile: string): Thenable<vscode.TextDocument> {
  return vscode.workspace.openTextDocument(vscode.Uri.file(recipeFile));
}
