import * as vscode from 'vscode';
import type { Run } from '../../store/runFolder.js';
import { atMostEvery } from './atMostEvery.js';
import type { Stores } from '../services.js';
import { damagedEntry } from './entry.js';
import { damagedRun, runEntry, type ListedRun } from './runEntries.js';
import { treeItem, warningIcon } from './treeItem.js';

/** Events of a run come many times a second. */
const betweenRefreshesMs = 500;

/** A run's row; the same object for as long as the run is listed, as the editor asks of what is refreshed alone. */
export interface RunNode {
  listed: ListedRun;
}

/** The runs, the newest first, those that live with their progress. */
export interface RunsTree extends vscode.Disposable {
  readonly selected: () => ListedRun | undefined;
}

export function registerRunsTree(stores: Stores): RunsTree {
  const changed = new vscode.EventEmitter<RunNode[] | undefined>();
  let nodes = new Map<string, RunNode>();

  const stale = new Set<RunNode>();
  const refreshStale = atMostEvery(betweenRefreshesMs, () => {
    if (stale.size > 0) changed.fire([...stale]);
    stale.clear();
  });
  const following = stores.onDidChangeRuns(({ run }) => {
    const node = run && nodes.get(run.folder);
    if (!run || !node) return changed.fire(undefined);
    node.listed = { folder: run.folder, store: run.store, value: run };
    stale.add(node);
    refreshStale();
  });

  const provider: vscode.TreeDataProvider<RunNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: ({ listed }) => itemOf(listed),
    getParent: () => undefined,
    getChildren: async (node) => {
      if (node) return [];
      await stores.ready();
      const before = nodes;
      nodes = new Map(
        stores.runs.map((listed) => [listed.folder, Object.assign(before.get(listed.folder) ?? {}, { listed })]),
      );
      return [...nodes.values()];
    },
  };
  const view = vscode.window.createTreeView('softprompt.runs', { treeDataProvider: provider });

  return {
    selected: () => view.selection[0]?.listed,
    dispose: () => vscode.Disposable.from(following, refreshStale, view, changed).dispose(),
  };
}

function itemOf(listed: ListedRun): vscode.TreeItem {
  if ('damage' in listed) {
    return treeItem(listed.folder, damagedEntry(listed.damage, listed.folder, damagedRun), { icon: warningIcon });
  }
  const item = treeItem(listed.folder, runEntry(listed.value, vscode.env.language), {
    icon: icons[listed.value.state],
  });
  item.command = {
    command: 'softprompt.openRun',
    title: vscode.l10n.t('Open Run'),
    arguments: [listed.folder],
  };
  return item;
}

const icons: Readonly<Record<Run['state'], vscode.ThemeIcon>> = {
  queued: new vscode.ThemeIcon('clock'),
  running: new vscode.ThemeIcon('sync~spin'),
  paused: new vscode.ThemeIcon('debug-pause'),
  stopped: new vscode.ThemeIcon('circle-slash'),
  interrupted: new vscode.ThemeIcon('debug-disconnect', new vscode.ThemeColor('list.warningForeground')),
  finished: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  failed: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
};
