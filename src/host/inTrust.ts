import * as vscode from 'vscode';

/** In an untrusted workspace nothing of it is read or run: says so, with the way to change it. */
export async function inTrust(run: () => Promise<void>): Promise<void> {
  if (vscode.workspace.isTrusted) return run();
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Softprompt reads recipes, data and models of a workspace only once it is trusted.'),
    manage,
  );
  if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}
