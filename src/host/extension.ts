import * as vscode from 'vscode';
import { pickRecipe } from './pickRecipe.js';
import { trainingTask } from './trainingTask.js';

/** Called by the editor when a command of ours is first used. */
export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('softprompt.trainPrompt', async (recipe?: vscode.Uri) => {
      const chosen = recipe ?? (await pickRecipe(context.extensionUri));
      if (chosen) await vscode.tasks.executeTask(trainingTask(chosen, context.extensionUri));
    }),
  );
}
