import * as vscode from 'vscode';
import { errorWords } from './errorWords.js';

/** Something that was asked for and failed, with what can be done about it beside the log. */
export async function showFailure(error: unknown, action?: { title: string; run: () => unknown }): Promise<void> {
  const { message, advice } = errorWords(error);
  const showLog = vscode.l10n.t('Show Log');
  const chosen = await vscode.window.showErrorMessage(
    `${message} ${advice}`,
    ...(action === undefined ? [] : [action.title]),
    showLog,
  );
  if (chosen === showLog) await vscode.commands.executeCommand('softprompt.showLog');
  else if (chosen !== undefined) await action?.run();
}
