import * as vscode from 'vscode';
import { promptEntry } from '../views/promptEntries.js';
import type { WholePrompt } from '../views/registerPromptActions.js';

/** A saved prompt in a list to choose from. */
export function promptItem({ value, folder }: WholePrompt): vscode.QuickPickItem {
  const { label, description } = promptEntry(value, folder, vscode.env.language);
  return { label, description };
}
