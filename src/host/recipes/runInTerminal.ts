import { homedir } from 'node:os';
import * as vscode from 'vscode';

export interface TerminalServices {
  readonly extensionUri: vscode.Uri;
  /** A real Node, which runs the command line. */
  readonly nodeProgram: () => string | Promise<string>;
}

/** Runs the command line for a recipe, in a terminal that shows what it writes. */
export async function runInTerminal(
  recipe: vscode.Uri,
  title: string,
  argv: readonly string[],
  { extensionUri, nodeProgram }: TerminalServices,
): Promise<void> {
  const workspace = vscode.workspace.getWorkspaceFolder(recipe) ?? vscode.workspace.workspaceFolders?.[0];
  const program = vscode.Uri.joinPath(extensionUri, 'dist', 'softprompt.mjs').fsPath;
  const task = new vscode.Task(
    { type: 'process' },
    workspace ?? vscode.TaskScope.Workspace,
    title,
    'softprompt',
    new vscode.ProcessExecution(await nodeProgram(), [program, ...argv], { cwd: workspace?.uri.fsPath ?? homedir() }),
  );
  task.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    panel: vscode.TaskPanelKind.Dedicated,
    clear: true,
  };
  task.problemMatchers = [];
  await vscode.tasks.executeTask(task);
}
