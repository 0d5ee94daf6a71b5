import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import type { Inspector } from '../services.js';
import type { EvaluateServices } from './evaluateRecipe.js';
import { isRecipe } from './recipeDocuments.js';

export interface RecipeServices extends EvaluateServices {
  readonly inspector: Inspector;
  readonly log: vscode.LogOutputChannel;
}

/** Recipes in the editor. What they need is loaded when the first one is opened. */
export function registerRecipes(services: RecipeServices): vscode.Disposable {
  let editing: Promise<vscode.Disposable> | undefined;
  const edit = (document: vscode.TextDocument): void => {
    if (isRecipe(document))
      editing ??= import('./recipeEditing.js').then(({ recipeEditing }) => recipeEditing(services));
  };
  vscode.workspace.textDocuments.forEach(edit);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(edit),
    vscode.commands.registerCommand('softprompt.evaluateRecipe', (uri?: vscode.Uri) => {
      const recipe = uri ?? vscode.window.activeTextEditor?.document.uri;
      return recipe && inTrust(async () => (await import('./evaluateRecipe.js')).evaluateRecipe(recipe, services));
    }),
    { dispose: () => editing?.then((parts) => parts.dispose()) },
  );
}
