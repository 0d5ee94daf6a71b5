import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { PanelState } from '../../protocol/panelMessages.js';
import type { FollowedRun, Stores } from '../services.js';
import { showFailure } from '../showFailure.js';
import { pickRun } from './pickRuns.js';
import { showTrainingPanel, type TrainingPanel, type TrainingPanelDependencies } from './trainingPanel.js';

const viewType = 'softprompt.training';

/** The training panels, one for each run: `softprompt.openRun` opens them, and a reload brings them back. */
export function registerTrainingPanels(dependencies: TrainingPanelDependencies): vscode.Disposable {
  const { stores } = dependencies;
  const panels = new Map<string, TrainingPanel>();

  const adopt = (panel: vscode.WebviewPanel, run: FollowedRun, compared: readonly string[]): void => {
    const training = showTrainingPanel(panel, run, compared, dependencies);
    panels.set(run.folder, training);
    panel.onDidDispose(() => panels.delete(run.folder));
  };

  const open = async (folder: string): Promise<void> => {
    const isOpen = panels.get(folder);
    if (isOpen) return isOpen.reveal();
    const run = await findRun(stores, folder);
    const panel = vscode.window.createWebviewPanel(viewType, run.status.name, vscode.ViewColumn.Active);
    adopt(panel, run, []);
  };

  const openRun = async (folder?: unknown): Promise<void> => {
    const chosen = typeof folder === 'string' ? folder : await pickRun(stores);
    if (chosen === undefined) return;
    try {
      await open(chosen);
    } catch (error) {
      void showFailure(error);
    }
  };

  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const [known, ...compared] = runsOf(state);
    try {
      const folder = known ?? (await newestWithout(panels, stores));
      if (folder === undefined || panels.has(folder)) panel.dispose();
      else adopt(panel, await findRun(stores, folder), compared);
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      // The run was deleted since: there is nothing to show.
      panel.dispose();
    }
  };

  return vscode.Disposable.from(
    vscode.commands.registerCommand('softprompt.openRun', openRun),
    vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore }),
    { dispose: () => panels.forEach((panel) => panel.dispose()) },
  );
}

/** A run of the stores, by its folder. Throws `store.noRun` or what damages it. */
async function findRun(stores: Stores, folder: string): Promise<FollowedRun> {
  const listed = (): Stores['runs'][number] | undefined => stores.runs.find((run) => run.folder === folder);
  if (!listed()) await stores.refresh();
  const found = listed();
  if (!found) throw new SoftpromptError('store.noRun', { run: folder, store: stores.folders.join(', ') });
  if ('damage' in found) throw found.damage;
  return found.value;
}

/** What a panel showed whose page had not yet said so when the window was reloaded. */
async function newestWithout(panels: ReadonlyMap<string, unknown>, stores: Stores): Promise<string | undefined> {
  await stores.refresh();
  return stores.runs.find(({ folder }) => !panels.has(folder))?.folder;
}

function runsOf(state: unknown): readonly string[] {
  const runs = (state as Partial<PanelState> | null | undefined)?.runs;
  return Array.isArray(runs) ? runs.filter((run) => typeof run === 'string') : [];
}
