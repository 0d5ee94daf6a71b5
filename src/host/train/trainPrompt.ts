import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { recipeEnding } from '../recipeEnding.js';
import { showFailure } from '../showFailure.js';
import { columnsStep } from './columnsStep.js';
import { datasetStep } from './datasetStep.js';
import { remember, remembered, type TrainServices } from './draft.js';
import { methodStep } from './methodStep.js';
import { bundledPath, modelStep } from './modelStep.js';
import { nameStep } from './nameStep.js';
import { previewStep } from './previewStep.js';
import { bundledModel } from './recipeText.js';
import { sampleRecipe } from './sample.js';
import { startRun } from './startRun.js';
import { startStep, type Finished } from './startStep.js';
import { walk } from './walk.js';

/** Train Prompt, from nothing, a data file or a recipe. */
export function trainPrompt(file: string | undefined, services: TrainServices): Promise<void> {
  return file?.endsWith(recipeEnding) ? trainRecipe(file, services) : askAndTrain(file, services);
}

export const trySample = (services: TrainServices): Promise<void> =>
  trainRecipe(sampleRecipe(services.extensionUri), services);

async function askAndTrain(file: string | undefined, services: TrainServices): Promise<void> {
  const title = vscode.l10n.t('Train Prompt');
  const { variant, methods, model } = remembered(services.memory);
  const finished = await walk<Finished>(
    [
      datasetStep(services, title, file),
      columnsStep(title),
      previewStep(services, title),
      modelStep(services, title),
      methodStep(services, title),
      nameStep(title),
      startStep(services, title),
    ],
    {
      variant,
      methods,
      model: model && existsSync(model.path) ? model : { name: bundledModel, path: bundledPath(services) },
    },
  );
  if (finished === undefined) return;
  await remember(services.memory, finished);
  if (finished.toEdit !== undefined) await vscode.window.showTextDocument(vscode.Uri.file(finished.toEdit));
  if (finished.started !== undefined) await openRun(finished.started);
}

/** A recipe says everything: it starts at once. */
async function trainRecipe(recipeFile: string, services: TrainServices): Promise<void> {
  try {
    const run = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting the training…') },
      () => startRun(recipeFile, services),
    );
    await openRun(run);
  } catch (error) {
    await showFailure(error, {
      title: vscode.l10n.t('Open Recipe'),
      run: () => vscode.window.showTextDocument(vscode.Uri.file(recipeFile)),
    });
  }
}

async function openRun(folder: string): Promise<void> {
  await vscode.commands.executeCommand('softprompt.openRun', folder);
}
