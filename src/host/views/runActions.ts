import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { runFile } from '../../store/runFiles.js';
import { offer } from '../problem.js';
import type { FollowedRun, RunControl, Stores } from '../services.js';
import { commandsAbout } from './chosen.js';
import { runAbilities, runEntry, type ListedRun, type RunAbility } from './runEntries.js';
import type { RunsTree } from './runsTree.js';
import { isWhole } from './wholePrompts.js';

export interface RunActionDependencies {
  readonly stores: Stores;
  readonly runs: RunControl;
  readonly tree: RunsTree;
  /** Shows what a run's process said. */
  readonly showLog: (folder: string) => unknown;
}

/** What can be done with runs: from the view's menus and keys, and from the command palette, which asks for one. */
export function registerRunActions({ stores, runs, tree, showLog }: RunActionDependencies): vscode.Disposable {
  const about = commandsAbout<ListedRun>(stores, {
    selected: tree.selected,
    itemOf: runItem,
    none: vscode.l10n.t('There is no run for this now.'),
  });
  const those = (can: (listed: ListedRun) => boolean) => () => stores.runs.filter(can);

  return vscode.Disposable.from(
    about('softprompt.pauseRun', vscode.l10n.t('Pause Run'), those(able('canPause')), ({ folder }) =>
      runs.pause(folder),
    ),
    about('softprompt.continueRun', vscode.l10n.t('Continue Run'), those(able('canContinue')), ({ folder }) =>
      runs.continue(folder),
    ),
    about('softprompt.stopRun', vscode.l10n.t('Stop Run and Keep the Best'), those(able('canStop')), ({ folder }) =>
      runs.stop(folder),
    ),
    about('softprompt.resumeRun', vscode.l10n.t('Resume Run'), those(able('canResume')), async ({ folder }) => {
      await runs.resume(folder);
      await vscode.commands.executeCommand('softprompt.openRun', folder);
    }),
    about('softprompt.openRunRecipe', vscode.l10n.t('Open Recipe'), those(isWhole), async (run) => {
      if ('value' in run) await vscode.window.showTextDocument(vscode.Uri.file(recipeFileOf(run.value)));
    }),
    about('softprompt.deleteRun', vscode.l10n.t('Delete Run'), those(able('canDelete')), (run) => remove(run, stores)),
    about('softprompt.showRunLog', vscode.l10n.t('Show Log'), those(isWhole), async ({ folder }) => showLog(folder)),
  );
}

function able(ability: RunAbility): (listed: ListedRun) => boolean {
  return (listed) => ('value' in listed ? runAbilities(listed.value).includes(ability) : ability === 'canDelete');
}

function runItem(listed: ListedRun): vscode.QuickPickItem {
  if (!('value' in listed)) return { label: basename(listed.folder), description: vscode.l10n.t('damaged') };
  const { label, description } = runEntry(listed.value, vscode.env.language);
  return { label, description, detail: listed.value.id };
}

/** The recipe as it is now; the run's own copy where that is gone. */
function recipeFileOf({ folder, status }: FollowedRun): string {
  return existsSync(status.recipeFile) ? status.recipeFile : runFile(folder, 'recipe');
}

async function remove({ folder, store }: ListedRun, stores: Stores): Promise<void> {
  const { deleteRun, restoreRun } = await import('../../store/catalogue.js');
  const id = basename(folder);
  const deleted = await deleteRun(store, id);
  await stores.refresh();
  offer(vscode.l10n.t('Deleted the run {id}.', { id }), vscode.l10n.t('Undo'), async () => {
    await restoreRun(store, deleted);
    await stores.refresh();
  });
}
