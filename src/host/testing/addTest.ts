import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { checkRecipe } from '../../protocol/checkRecipe.js';
import type { EvaluationSummary, Judge } from '../../protocol/evaluation.js';
import { metricNames, type MetricName } from '../../protocol/events.js';
import { metricName, metricText } from '../../protocol/numbers.js';
import { recipeName } from '../../protocol/parseRecipe.js';
import { gateText, suggestedBound } from '../../protocol/promptTest.js';
import { rangeOf } from '../recipes/recipeDocuments.js';
import { recipeEnding } from '../recipeEnding.js';
import type { Stores } from '../services.js';
import { recipePath } from '../train/recipeText.js';
import { recordedRecipeFile } from '../views/recordedRecipe.js';
import { addedTest } from './addedTest.js';

/** A file that was evaluated, as far as a test is made of it. */
export interface EvaluatedFile {
  readonly file: string;
  readonly judge: Judge;
  /** Of the prompt. */
  readonly name: string;
  readonly summary?: EvaluationSummary;
}

/** The files that this window has evaluated. */
export interface EvaluatedFiles {
  of(uri: vscode.Uri): EvaluatedFile | undefined;
  readonly all: readonly EvaluatedFile[];
}

/** Makes a test of an evaluated file: its score, rounded down, is what the prompt must reach from now on. */
export async function addTest(uri: vscode.Uri | undefined, evaluated: EvaluatedFiles, stores: Stores): Promise<void> {
  const about = uri ?? vscode.window.activeTextEditor?.document.uri;
  const evaluation = (about && evaluated.of(about)) ?? (await pickEvaluation(evaluated));
  if (!evaluation?.summary)
    return say(vscode.l10n.t('Evaluate a file with a prompt first: its score becomes the test.'));
  const [promptFolder, another] = evaluation.judge.prompts;
  if (promptFolder === undefined || another !== undefined)
    return say(
      vscode.l10n.t('An ensemble has no recipe that a test could stand in; evaluate the file with one prompt.'),
    );
  const recipe = await recipeOf(promptFolder, evaluation.name, stores);
  if (!recipe) {
    const { name } = evaluation;
    return say(vscode.l10n.t('There is no recipe of {name} in this workspace that a test could stand in.', { name }));
  }
  const gate = await pickGate(evaluation, evaluation.summary);
  if (!gate) return;
  const document = await vscode.workspace.openTextDocument(recipe);
  const wasSaved = !document.isDirty;
  const { edits, offset, length } = addedTest(
    document.getText(),
    recipePath(dirname(recipe.fsPath), evaluation.file),
    gate,
  );
  const edit = new vscode.WorkspaceEdit();
  for (const { offset: at, length: cut, content } of edits) edit.replace(recipe, rangeOf(document, at, cut), content);
  await vscode.workspace.applyEdit(edit);
  // The Test Explorer reads what is saved; what a person has not saved stays so.
  if (wasSaved) await document.save();
  await vscode.window.showTextDocument(document, { selection: rangeOf(document, offset, length) });
}

async function pickEvaluation({ all }: EvaluatedFiles): Promise<EvaluatedFile | undefined> {
  const items = all.flatMap((evaluation) =>
    evaluation.summary ? [{ label: basename(evaluation.file), description: evaluation.name, evaluation }] : [],
  );
  if (items.length === 0) return undefined;
  const title = vscode.l10n.t('Add as a Test: Which Evaluated File?');
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.evaluation;
}

/** Which metric, where there are several; each with the gate that its score just passes. */
async function pickGate(
  { file }: EvaluatedFile,
  { metrics }: EvaluationSummary,
): Promise<{ readonly metric: MetricName; readonly bound: number } | undefined> {
  const items = metricNames.flatMap((metric) => {
    const value = metrics[metric];
    if (value === undefined) return [];
    const gate = { metric, bound: suggestedBound(metric, value) };
    const now = vscode.l10n.t('now {value}', { value: metricText(metric, value, 1) });
    return [{ label: gateText(gate), description: `${metricName(metric)}, ${now}`, gate }];
  });
  if (items.length === 1) return items[0]?.gate;
  const title = vscode.l10n.t('Add {file} as a Test', { file: basename(file) });
  const placeHolder = vscode.l10n.t('What must the prompt reach? You can change the number in the recipe.');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.gate;
}

/** The recipe that a prompt's run came from; else the one of its name in the workspace. */
async function recipeOf(promptFolder: string, name: string, stores: Stores): Promise<vscode.Uri | undefined> {
  const recorded = recordedRecipeFile(promptFolder, stores);
  if (recorded !== undefined && existsSync(recorded)) return vscode.Uri.file(recorded);
  const recipes = await vscode.workspace.findFiles(`**/*${recipeEnding}`, '**/{node_modules,.softprompt,.git}/**');
  for (const recipe of recipes) {
    const text = (await vscode.workspace.openTextDocument(recipe)).getText();
    if (namesPrompt(text, recipe.fsPath, name)) return recipe;
  }
  return undefined;
}

function namesPrompt(text: string, file: string, name: string): boolean {
  const checked = checkRecipe(text);
  return 'recipe' in checked && recipeName(checked.recipe, file) === name;
}

function say(message: string): void {
  void vscode.window.showInformationMessage(message);
}
