import * as vscode from 'vscode';
import type { RecipeDiagnostics } from './diagnostics.js';
import { quickFixes } from './quickFixes.js';
import { rangeOf, recipeSelector } from './recipeDocuments.js';

export function registerQuickFixes({ faultsOf }: RecipeDiagnostics): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    recipeSelector,
    {
      provideCodeActions: (document, range, { diagnostics }) =>
        quickFixes(document.getText(), faultsOf(document)).flatMap(({ title, offset, length, edits }) => {
          const place = rangeOf(document, offset, length);
          if (!place.intersection(range)) return [];
          const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
          action.edit = new vscode.WorkspaceEdit();
          for (const edit of edits) {
            action.edit.replace(document.uri, rangeOf(document, edit.offset, edit.length), edit.content);
          }
          action.diagnostics = diagnostics.filter((diagnostic) => diagnostic.range.intersection(place));
          action.isPreferred = true;
          return [action];
        }),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}
