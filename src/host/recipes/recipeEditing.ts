import * as vscode from 'vscode';
import { registerQuickFixes } from './codeActions.js';
import { registerRecipeLenses } from './codeLenses.js';
import { registerRecipeCompletion } from './completion.js';
import { registerRecipeDiagnostics } from './diagnostics.js';
import type { RecipeServices } from './registerRecipes.js';

/** What an open recipe has beside what its schema gives: marks, quick fixes, completion, lenses. */
export function recipeEditing({ inspector, log, stores }: RecipeServices): vscode.Disposable {
  const diagnostics = registerRecipeDiagnostics(inspector, log);
  return vscode.Disposable.from(
    diagnostics,
    registerQuickFixes(diagnostics),
    registerRecipeCompletion(inspector),
    registerRecipeLenses(stores),
  );
}
