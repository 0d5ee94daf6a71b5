import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isLive } from '../../protocol/runState.js';
import type { FromSweepPanel, ToSweepPanel } from '../../protocol/sweepMessages.js';
import type { SweepTable } from '../../protocol/sweepTable.js';
import { runsFolder } from '../../store/storeLocation.js';
import { csvFile, readTable } from '../../store/sweepFolder.js';
import { errorWords } from '../errorWords.js';
import type { Stores } from '../services.js';
import { atMostEvery } from '../views/atMostEvery.js';
import { fillPage } from './fillPage.js';
import type { SweepPanelDependencies } from './sweepPanels.js';

export interface SweepPanel extends vscode.Disposable {
  reveal(): void;
}

const betweenStatesMs = 200;

/** Fills a webview panel with a sweep's table, which is followed as it fills, wherever its runs are run. */
export function showSweepPanel(
  panel: vscode.WebviewPanel,
  folder: string,
  name: string,
  { extensionUri, stores }: SweepPanelDependencies,
): SweepPanel {
  const post = (message: ToSweepPanel): void => void panel.webview.postMessage(message);
  const tellProblem = (error: unknown): void => post({ type: 'problem', problem: errorWords(error) });
  let table: SweepTable | undefined;
  let told = '';
  const tell = atMostEvery(betweenStatesMs, () => {
    if (!table) return;
    const state = {
      folder,
      recipe: vscode.workspace.asRelativePath(table.recipeFile),
      table: withLiveRuns(table, stores),
    };
    // Runs tell many times a second.
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    post({ type: 'state', state });
  });
  const read = (): void => {
    readTable(folder).then((found) => {
      table = found;
      tell();
    }, tellProblem);
  };
  const receive = async (message: FromSweepPanel): Promise<void> => {
    try {
      switch (message.type) {
        case 'snapshot':
          told = '';
          return read();
        case 'run':
          await vscode.commands.executeCommand('softprompt.sweepRecipe', table && vscode.Uri.file(table.recipeFile));
          return;
        case 'openRun':
          await vscode.commands.executeCommand(
            'softprompt.openRun',
            join(runsFolder(dirname(dirname(folder))), message.run),
          );
          return;
        case 'openRecipe':
          if (table) await vscode.window.showTextDocument(vscode.Uri.file(table.recipeFile));
          return;
        case 'openCsv':
          await vscode.window.showTextDocument(vscode.Uri.file(csvFile(folder)), {
            viewColumn: vscode.ViewColumn.Beside,
          });
      }
    } catch (error) {
      tellProblem(error);
    }
  };

  const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), 'table.json');
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  const subscriptions = [
    panel.webview.onDidReceiveMessage(receive),
    watcher,
    watcher.onDidCreate(read),
    watcher.onDidChange(read),
    // A folder outside of the workspace may be watched by nobody: its runs are followed all the same.
    stores.onDidChangePrompts(read),
    stores.onDidChangeRuns(tell),
    tell,
  ];
  panel.onDidDispose(() => {
    for (const subscription of subscriptions) subscription.dispose();
  });
  const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', 'icons', `run-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
  fillPage(panel.webview, extensionUri, 'sweep', name);
  return { reveal: () => panel.reveal(), dispose: () => panel.dispose() };
}

/** The table is written as runs end; that one is at work is told by the run itself. */
function withLiveRuns(table: SweepTable, { runs }: Stores): SweepTable {
  const live = new Set(
    runs.flatMap((listed) =>
      'value' in listed && isLive(listed.value.state) && listed.value.status.recipeFile === table.recipeFile
        ? [listed.value.status.name]
        : [],
    ),
  );
  const results = table.results.map((result) =>
    result.state !== 'finished' && live.has(result.name) ? { ...result, state: 'running' as const } : result,
  );
  return { ...table, results };
}
