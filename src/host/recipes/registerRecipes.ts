import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import type { Inspector } from '../services.js';
import type { EvaluateServices } from './evaluateRecipe.js';
import type { SweepServices } from './sweepRecipe.js';
import { isRecipe } from './recipeDocuments.js';

export interface RecipeServices extends EvaluateServices, SweepServices {
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
    command('softprompt.evaluateRecipe', async (recipe) =>
      (await import('./evaluateRecipe.js')).evaluateRecipe(recipe, services),
    ),
    command('softprompt.sweepRecipe', async (recipe) =>
      (await import('./sweepRecipe.js')).sweepRecipe(recipe, services),
    ),
    command('softprompt.openSweep', async (recipe) => (await import('./sweepRecipe.js')).openSweep(recipe, services)),
    { dispose: () => editing?.then((parts) => parts.dispose()) },
  );
}

/** A command for the recipe that is named, else for the one in the active editor. */
function command(name: string, run: (recipe: vscode.Uri) => Promise<void>): vscode.Disposable {
  return vscode.commands.registerCommand(name, (uri?: vscode.Uri) => {
    const recipe = uri ?? vscode.window.activeTextEditor?.document.uri;
    return recipe && inTrust(() => run(recipe));
  });
}
