import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource } from '../../protocol/dataset.js';
import type { EnsemblePanelState } from '../../protocol/ensembleMessages.js';
import type { Ensemble } from '../../store/ensembleFolder.js';
import type { Evaluator, Stores } from '../services.js';
import type { EnsemblePanel, EnsemblePanelDependencies } from './ensemblePanel.js';

const viewType = 'softprompt.ensemble';

/** The ensembles' panels, one for each; a reload brings them back. What fills them is loaded with the first. */
export interface EnsemblePanels extends vscode.Disposable {
  open(folder: string): Promise<void>;
  run(folder: string, source: DatasetSource): Promise<void>;
}

export function registerEnsemblePanels({
  evaluator,
  ...dependencies
}: EnsemblePanelDependencies & { readonly evaluator: () => Promise<Evaluator> }): EnsemblePanels {
  const { stores } = dependencies;
  const panels = new Map<string, EnsemblePanel>();

  const adopt = async (panel: vscode.WebviewPanel, folder: string, ensemble: Ensemble): Promise<EnsemblePanel> => {
    const { showEnsemblePanel } = await import('./ensemblePanel.js');
    const shown = showEnsemblePanel(panel, folder, ensemble, await evaluator(), dependencies);
    panels.set(folder, shown);
    panel.onDidDispose(() => panels.delete(folder));
    return shown;
  };
  const show = async (folder: string): Promise<EnsemblePanel> => {
    const isOpen = panels.get(folder);
    isOpen?.reveal();
    if (isOpen) return isOpen;
    const ensemble = await findEnsemble(stores, folder);
    const panel = vscode.window.createWebviewPanel(viewType, ensemble.name, vscode.ViewColumn.Active);
    return adopt(panel, folder, ensemble);
  };
  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const folder = (state as Partial<EnsemblePanelState> | null | undefined)?.ensemble;
    try {
      if (folder === undefined || panels.has(folder)) panel.dispose();
      else await adopt(panel, folder, await findEnsemble(stores, folder));
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      // The ensemble was deleted since: there is nothing to show.
      panel.dispose();
    }
  };

  const serializer = vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore });
  return {
    open: async (folder) => void (await show(folder)),
    run: async (folder, source) => (await show(folder)).run(source),
    dispose: () => {
      serializer.dispose();
      for (const panel of panels.values()) panel.dispose();
    },
  };
}

/** An ensemble of the stores, by its folder. Throws `store.noEnsemble` or what damages it. */
async function findEnsemble(stores: Stores, folder: string): Promise<Ensemble> {
  const listed = (): Stores['ensembles'][number] | undefined => stores.ensembles.find((one) => one.folder === folder);
  if (!listed()) await stores.refresh();
  const found = listed();
  if (!found) {
    const store = stores.folders.join(', ');
    throw new SoftpromptError('store.noEnsemble', { ensemble: basename(folder), store, known: '', nearest: '' });
  }
  if ('damage' in found) throw found.damage;
  return found.value;
}
