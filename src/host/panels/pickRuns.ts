import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { stateIcon, stateName } from '../../protocol/runState.js';
import { outlivesFocus } from '../asking.js';
import type { FollowedRun, Stores } from '../services.js';

interface RunItem extends vscode.QuickPickItem {
  readonly folder: string;
}

/** Asks for a run, the newest first; gives back its folder. */
export async function pickRun(stores: Stores): Promise<string | undefined> {
  await stores.ready();
  const items = runItems(stores);
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Open Run'),
    placeHolder:
      items.length === 0
        ? vscode.l10n.t('There are no runs yet; Train Prompt starts one')
        : vscode.l10n.t('A run to look at'),
    matchOnDescription: true,
    matchOnDetail: true,
    ...outlivesFocus,
  });
  return picked?.folder;
}

/** Asks which runs to lay over a run's charts; undefined where the question was put away. */
export async function pickCompared(
  stores: Stores,
  folder: string,
  compared: readonly string[],
): Promise<string[] | undefined> {
  const items = runItems(stores)
    .filter((item) => item.folder !== folder)
    .map((item) => ({ ...item, picked: compared.includes(item.folder) }));
  return pickSeveral(items, {
    title: vscode.l10n.t('Compare with Other Runs'),
    placeHolder: vscode.l10n.t('Runs to lay over the charts'),
  });
}

/** Asks which runs, sweeps and transfers a report is to tell of, with the finished runs chosen; undefined where the question was put away. */
export async function pickReported(stores: Stores): Promise<string[] | undefined> {
  await stores.ready();
  const finished = new Set(
    stores.runs.flatMap((run) => ('value' in run && run.value.state === 'finished' ? [run.folder] : [])),
  );
  const { tableFolders } = await import('../../reports/readReport.js');
  const tables = (await Promise.all(stores.folders.map(tableFolders))).flat();
  const items = [
    ...runItems(stores).map((item) => ({ ...item, picked: finished.has(item.folder) })),
    ...tables.map(tableItem),
  ];
  return pickSeveral(items, {
    title: vscode.l10n.t('Show Report'),
    placeHolder:
      items.length === 0
        ? vscode.l10n.t('There are no runs yet; Train Prompt starts one')
        : vscode.l10n.t('Runs that the report tells of'),
  });
}

async function pickSeveral(
  items: readonly RunItem[],
  words: Pick<vscode.QuickPickOptions, 'title' | 'placeHolder'>,
): Promise<string[] | undefined> {
  const options = {
    ...words,
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
    ...outlivesFocus,
  } as const;
  return (await vscode.window.showQuickPick(items, options))?.map((item) => item.folder);
}

function tableItem(folder: string): RunItem {
  const isSweep = basename(dirname(folder)) === 'sweeps';
  return {
    label: `$(${isSweep ? 'graph-line' : 'arrow-swap'}) ${basename(folder)}`,
    description: isSweep ? vscode.l10n.t('sweep') : vscode.l10n.t('transfer'),
    folder,
  };
}

function runItems({ runs }: Stores): RunItem[] {
  return runs.flatMap((run) => ('value' in run ? [runItem(run.value)] : []));
}

function runItem({ id, folder, state, status, recipe }: FollowedRun): RunItem {
  const started = new Date(status.started).toLocaleString(vscode.env.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return {
    label: `$(${stateIcon[state]}) ${status.name}`,
    description: vscode.l10n.t('{state}, started {time}', { state: stateName(state), time: started }),
    detail: `${recipe.model} · ${id}`,
    folder,
  };
}
