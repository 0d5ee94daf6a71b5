import * as vscode from 'vscode';
import type { Inspector } from '../services.js';
import { registerQuickFixes } from './codeActions.js';
import { registerRecipeLenses } from './codeLenses.js';
import { registerRecipeCompletion } from './completion.js';
import { registerRecipeDiagnostics } from './diagnostics.js';
import { registerEvaluateRecipe, type EvaluateServices } from './evaluateRecipe.js';

/** Recipes in the editor, beside what their schema gives: marks, quick fixes, completion, lenses. */
export function registerRecipes(
  services: EvaluateServices & { readonly inspector: Inspector; readonly log: vscode.LogOutputChannel },
): vscode.Disposable {
  const diagnostics = registerRecipeDiagnostics(services.inspector, services.log);
  return vscode.Disposable.from(
    diagnostics,
    registerQuickFixes(diagnostics),
    registerRecipeCompletion(services.inspector),
    registerRecipeLenses(services.stores),
    registerEvaluateRecipe(services),
  );
}
