import * as vscode from 'vscode';
import type { RunControl, Stores } from '../services.js';
import { registerPromptActions } from './registerPromptActions.js';
import { registerPromptsTree } from './promptsTree.js';
import { registerRunActions } from './runActions.js';
import { registerRunsTree } from './runsTree.js';

export interface SidebarDependencies {
  readonly stores: Stores;
  readonly runs: RunControl;
  readonly extensionUri: vscode.Uri;
  readonly nodeProgram: () => string;
  /** Shows what a run's process said. */
  readonly showLog: (folder: string) => unknown;
}

/** The views Prompts and Runs, with all that can be done in them. */
export function registerSidebar({
  stores,
  runs,
  extensionUri,
  nodeProgram,
  showLog,
}: SidebarDependencies): vscode.Disposable {
  const prompts = registerPromptsTree(stores);
  const history = registerRunsTree(stores);
  return vscode.Disposable.from(
    prompts,
    history,
    registerPromptActions({ stores, runs, extensionUri, nodeProgram, tree: prompts }),
    registerRunActions({ stores, runs, tree: history, showLog }),
    vscode.commands.registerCommand('softprompt.refresh', () => stores.refresh()),
  );
}
