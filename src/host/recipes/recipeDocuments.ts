import * as vscode from 'vscode';
import { recipeEnding } from '../recipeEnding.js';

export const recipeSelector: vscode.DocumentSelector = { scheme: 'file', pattern: `**/*${recipeEnding}` };

export const isRecipe = (document: vscode.TextDocument): boolean =>
  vscode.languages.match(recipeSelector, document) > 0;

/** The place of UTF-16 code units in a document. */
export function rangeOf(document: vscode.TextDocument, offset: number, length: number): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
