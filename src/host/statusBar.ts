import * as vscode from 'vscode';
import type { Stores } from './services.js';
import { atMostEvery } from './views/atMostEvery.js';
import { liveStatus } from './views/liveStatus.js';
import { liveRuns } from './views/runEntries.js';
import { hover } from './views/treeItem.js';

/** Events of a run come many times a second. */
const betweenRefreshesMs = 500;

/** One item in the status bar while a run lives; a click opens the run. */
export function registerStatusBar({ stores }: { readonly stores: Stores }): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('softprompt.runs', vscode.StatusBarAlignment.Left);
  item.name = vscode.l10n.t('Softprompt Runs');
  const refresh = atMostEvery(betweenRefreshesMs, () => {
    const status = liveStatus(liveRuns(stores.runs));
    if (status === undefined) return item.hide();
    item.text = status.text;
    item.tooltip = hover(...status.cards);
    item.accessibilityInformation = { label: status.spoken };
    item.command = {
      command: 'softprompt.openRun',
      title: vscode.l10n.t('Open Run'),
      arguments: [status.folder],
    };
    item.show();
  });
  refresh();
  return vscode.Disposable.from(item, refresh, stores.onDidChangeRuns(refresh));
}
