import * as vscode from 'vscode';
import type { SweepPanelState } from '../../protocol/sweepMessages.js';
import { readTable } from '../../store/sweepFolder.js';
import type { Stores } from '../services.js';
import type { SweepPanel } from './sweepPanel.js';

const viewType = 'softprompt.sweep';

export interface SweepPanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly stores: Stores;
}

/** The sweeps' panels, one for each; a reload brings them back. What fills them is loaded with the first. */
export interface SweepPanels extends vscode.Disposable {
  /** `folder`: the sweep's, which may be about to be made. */
  open(folder: string, name: string): Promise<void>;
}

export function registerSweepPanels(dependencies: SweepPanelDependencies): SweepPanels {
  const panels = new Map<string, SweepPanel>();

  const adopt = async (panel: vscode.WebviewPanel, folder: string, name: string): Promise<void> => {
    const { showSweepPanel } = await import('./sweepPanel.js');
    panels.set(folder, showSweepPanel(panel, folder, name, dependencies));
    panel.onDidDispose(() => panels.delete(folder));
  };
  const open = async (folder: string, name: string): Promise<void> => {
    const isOpen = panels.get(folder);
    if (isOpen) return isOpen.reveal();
    await adopt(vscode.window.createWebviewPanel(viewType, name, vscode.ViewColumn.Beside), folder, name);
  };
  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const folder = (state as Partial<SweepPanelState> | null | undefined)?.sweep;
    // Where the sweep was deleted since, there is nothing to show.
    const table = folder === undefined ? undefined : await readTable(folder).catch(() => undefined);
    if (folder === undefined || !table || panels.has(folder)) panel.dispose();
    else await adopt(panel, folder, table.name);
  };

  const serializer = vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore });
  return {
    open,
    dispose: () => {
      serializer.dispose();
      for (const panel of panels.values()) panel.dispose();
    },
  };
}
