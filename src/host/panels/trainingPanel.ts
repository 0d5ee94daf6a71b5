import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { FromPanel, RunAction, ToPanel } from '../../protocol/panelMessages.js';
import type { FollowedRun, RunControl, Stores } from '../services.js';
import { feedPanel } from './panelFeed.js';
import { fillPage } from './fillPage.js';
import { errorWords } from '../errorWords.js';
import { pickCompared } from './pickRuns.js';

export interface TrainingPanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly stores: Stores;
  readonly runs: RunControl;
  /** Shows what a run's process said. */
  readonly showLog: (folder: string) => unknown;
}

export interface TrainingPanel extends vscode.Disposable {
  reveal(): void;
}

/** Fills a webview panel with a run, and the runs that are compared with it, and does what is asked for there. */
export function showTrainingPanel(
  panel: vscode.WebviewPanel,
  first: FollowedRun,
  comparedFolders: readonly string[],
  { stores, runs, extensionUri, showLog }: TrainingPanelDependencies,
): TrainingPanel {
  const { folder } = first;
  let compared = comparedFolders;

  /** The panel's own run stays as it was last seen where its folder is gone. */
  let own = first;
  const shown = (): FollowedRun[] => {
    const find = (wanted: string): FollowedRun[] =>
      stores.runs.flatMap((run) => (run.folder === wanted && 'value' in run ? [run.value] : []));
    [own = first] = [...find(folder), own];
    return [own, ...compared.flatMap(find)];
  };
  const post = (message: ToPanel): void => void panel.webview.postMessage(message);
  const tellProblem = (error: unknown): void => post({ type: 'problem', problem: errorWords(error) });
  const feed = feedPanel({ runs: shown, history: (of) => stores.history(of) }, post, tellProblem);

  const act: Record<RunAction, () => unknown> = {
    pause: () => runs.pause(folder),
    continue: () => runs.continue(folder),
    stop: () => runs.stop(folder),
    resume: () => runs.resume(folder),
    openRecipe: () => openFile(own.status.recipeFile),
    revealPrompt: () => vscode.commands.executeCommand('softprompt.revealPrompt', own.status.promptFolder),
    showLog: () => showLog(folder),
    compare: async () => {
      const chosen = await pickCompared(stores, folder, compared);
      if (!chosen) return;
      compared = chosen;
      feed.snapshot();
    },
  };

  const receive = async (message: FromPanel): Promise<void> => {
    try {
      if (message.type === 'snapshot') feed.snapshot();
      else if (message.type === 'openRow') await openRow(own, message);
      else await act[message.type]();
    } catch (error) {
      tellProblem(error);
    }
  };

  const subscriptions = [
    panel.webview.onDidReceiveMessage(receive),
    stores.onDidChangeRuns(({ run, from }) => feed.changed(run?.folder, from)),
    // A hidden panel's page is gone; shown again it asks for the snapshot.
    panel.onDidChangeViewState(() => {
      if (!panel.visible) feed.suspend();
    }),
  ];
  panel.onDidDispose(() => {
    feed.suspend();
    for (const subscription of subscriptions) subscription.dispose();
  });

  panel.iconPath = {
    light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'run-light.svg'),
    dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'run-dark.svg'),
  };
  fillPage(panel.webview, extensionUri, 'training', first.status.name);

  return { reveal: () => panel.reveal(), dispose: () => panel.dispose() };
}

/** A row's file is named as the recipe names it. */
async function openRow({ status }: FollowedRun, { file, line }: { file: string; line: number }): Promise<void> {
  const start = new vscode.Position(Math.max(0, line - 1), 0);
  await openFile(resolve(dirname(status.recipeFile), file), {
    selection: new vscode.Range(start, start),
    viewColumn: vscode.ViewColumn.Beside,
  });
}

async function openFile(file: string, options?: vscode.TextDocumentShowOptions): Promise<void> {
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(file), options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SoftpromptError('store.unreadable', { file, reason }, { cause: error });
  }
}
