import { join } from 'node:path';
import type * as vscode from 'vscode';

/** The recipe that comes with the extension; trained where it lies, so that nothing of the user's is touched. */
export function sampleRecipe(extension: vscode.Uri): string {
  return join(extension.fsPath, 'media', 'sample', 'tickets.softprompt.json');
}
