import { dirname } from 'node:path';
import * as vscode from 'vscode';

/** `softprompt train RECIPE` in a terminal of its own, which outlives the command and shows the training. */
export function trainingTask(recipe: vscode.Uri, extension: vscode.Uri): vscode.Task {
  const workspace = vscode.workspace.getWorkspaceFolder(recipe);
  const program = vscode.Uri.joinPath(extension, 'dist', 'softprompt.mjs').fsPath;
  // The store is looked for from the workspace; a recipe outside of any keeps its prompts beside it.
  const cwd = workspace?.uri.fsPath ?? dirname(recipe.fsPath);
  const task = new vscode.Task(
    { type: 'process' },
    workspace ?? vscode.TaskScope.Workspace,
    vscode.l10n.t('train {recipe}', { recipe: vscode.workspace.asRelativePath(recipe) }),
    'softprompt',
    new vscode.ProcessExecution(nodeProgram(), [program, 'train', recipe.fsPath], { cwd }),
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    clear: true,
  };
  task.problemMatchers = [];
  return task;
}

/** A real Node: Electron's own binary cannot run the engine (electron#44291). On remotes the extension host is one. */
function nodeProgram(): string {
  return process.versions.electron === undefined ? process.execPath : 'node';
}
