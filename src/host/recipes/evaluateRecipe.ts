import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { checkRecipe } from '../../protocol/checkRecipe.js';
import { recipeName } from '../../protocol/parseRecipe.js';
import type { Stores } from '../services.js';
import { storeOf } from '../train/dataFiles.js';
import { runInTerminal, type TerminalServices } from './runInTerminal.js';

/** A recipe's prompt and the rows to score it on. */
export interface Evaluation {
  readonly promptFolder: string;
  readonly testFile: string;
  readonly store: string;
}

export interface EvaluateServices extends TerminalServices {
  readonly stores: Stores;
}

/** Undefined where the prompt is not trained yet, or the recipe names no test file. */
export function evaluation(
  document: vscode.TextDocument,
  { folders, prompts, groupSets }: Stores,
): Evaluation | undefined {
  const checked = checkRecipe(document.getText());
  const recipeFile = document.uri.fsPath;
  const store = storeOf(recipeFile, folders);
  const test = 'recipe' in checked ? checked.recipe.data.test : undefined;
  if (!('recipe' in checked) || store === undefined || test === undefined) return undefined;
  const name = recipeName(checked.recipe, recipeFile);
  const prompt = [...prompts, ...groupSets].find(
    (listed) => listed.store === store && 'value' in listed && listed.value.name === name,
  );
  const testFile = resolve(dirname(recipeFile), typeof test === 'string' ? test : test.path);
  return prompt && { promptFolder: prompt.folder, testFile, store };
}

/** Scores a recipe's prompt on its test rows, in a terminal that shows the command line's report. */
export async function evaluateRecipe(recipe: vscode.Uri, services: EvaluateServices): Promise<void> {
  await services.stores.ready();
  const found = evaluation(await vscode.workspace.openTextDocument(recipe), services.stores);
  if (!found) return offerTraining(recipe);
  const { promptFolder, testFile, store } = found;
  const title = vscode.l10n.t('evaluate {recipe}', { recipe: vscode.workspace.asRelativePath(recipe) });
  await runInTerminal(recipe, title, ['evaluate', promptFolder, testFile, '--store', store], services);
}

async function offerTraining(recipe: vscode.Uri): Promise<void> {
  const train = vscode.l10n.t('Train Prompt');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('Evaluate needs a prompt that was trained from this recipe, and test rows in its "data.test".'),
    train,
  );
  if (chosen === train) await vscode.commands.executeCommand('softprompt.trainPrompt', recipe);
}
