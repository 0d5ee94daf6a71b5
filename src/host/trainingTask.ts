import { homedir } from 'node:os';
import * as vscode from 'vscode';

/** `softprompt train RECIPE` in a terminal of its own, which outlives the command and shows the training. */
export function trainingTask(recipe: vscode.Uri, extension: vscode.Uri): vscode.Task {
  const workspace = vscode.workspace.getWorkspaceFolder(recipe) ?? vscode.workspace.workspaceFolders?.[0];
  const program = vscode.Uri.joinPath(extension, 'dist', 'softprompt.mjs').fsPath;
  // From here the program finds its store: the workspace's, or the user's own where none is open.
  const cwd = workspace?.uri.fsPath ?? homedir();
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
