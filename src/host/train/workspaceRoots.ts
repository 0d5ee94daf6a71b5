import * as vscode from 'vscode';

/** The workspace's folders on the disk. */
export function workspaceRoots(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
}
