import * as vscode from 'vscode';
import { attempt } from './problem.js';
import type { RunControl, Stores } from './services.js';
import { runEnds, type RunEnd } from './views/runEnds.js';

/** Tells when a run ends that this window saw alive, with what can be done next. */
export function registerRunEndNotifications({
  stores,
  runs,
}: {
  readonly stores: Stores;
  readonly runs: RunControl;
}): vscode.Disposable {
  const endOf = runEnds();
  const look = (run: Parameters<typeof endOf>[0]): void => {
    const end = endOf(run);
    if (end) void tell(end, runs);
  };
  const lookAtAll = (): void => {
    for (const listed of stores.runs) if ('value' in listed) look(listed.value);
  };
  lookAtAll();
  return stores.onDidChangeRuns(({ run }) => (run ? look(run) : lookAtAll()));
}

async function tell({ type, run, message }: RunEnd, runs: RunControl): Promise<void> {
  const { showInformationMessage, showErrorMessage } = vscode.window;
  const open = vscode.l10n.t('Open');
  const showPrompt = vscode.l10n.t('Show Prompt');
  const resume = vscode.l10n.t('Resume');
  const { promptFolder } = run.status;
  const answer =
    type === 'finished'
      ? await showInformationMessage(message, open, ...(promptFolder === undefined ? [] : [showPrompt]))
      : await showErrorMessage(message, resume, open);
  if (answer === resume) await attempt(() => runs.resume(run.folder));
  if (answer === showPrompt) await vscode.commands.executeCommand('softprompt.revealPrompt', promptFolder);
  if (answer === open || answer === resume) await vscode.commands.executeCommand('softprompt.openRun', run.folder);
}
