import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { KeptResults } from '../../protocol/resultsMessages.js';
import { showFailure } from '../showFailure.js';
import { showResultsPanel, type ResultsDependencies, type ResultsPanel } from './resultsPanel.js';

/** The results panels, one a file. */
export interface ResultsPanels extends vscode.Disposable {
  show(file: string): void;
  isOpen(file: string): boolean;
  /** The command's: a file's uri, by default the active editor's, and the part to show. */
  open(uri: unknown, part: unknown): void;
  /** After a reload, from what the page kept. */
  restore(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
}

const viewType = 'softprompt.results';

export function resultsPanels(dependencies: ResultsDependencies): ResultsPanels {
  const { evaluations } = dependencies;
  const panels = new Map<string, ResultsPanel>();

  const adopt = (panel: vscode.WebviewPanel, kept: KeptResults): ResultsPanel => {
    const results = showResultsPanel(panel, kept, dependencies);
    panels.set(kept.file, results);
    panel.onDidDispose(() => panels.delete(kept.file));
    return results;
  };
  const show = (file: string, part?: 'confusion'): void => {
    const isOpen = panels.get(file);
    if (isOpen) return isOpen.reveal(part);
    const { name = '', judge = { prompts: [] } } = evaluations.of(vscode.Uri.file(file)) ?? {};
    const title = vscode.l10n.t('Results: {file}', { file: basename(file) });
    const panel = vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Beside);
    const results = adopt(panel, { file, name, judge });
    if (part) results.reveal(part);
  };

  return {
    show,
    isOpen: (file) => panels.has(file),
    open: (uri, part) => {
      const active = vscode.window.activeTextEditor?.document.uri;
      const file = pathOf(uri) ?? active?.fsPath;
      if (file !== undefined && (panels.has(file) || evaluations.of(vscode.Uri.file(file))))
        show(file, part === 'confusion' ? part : undefined);
    },
    restore: async (panel, state) => {
      const kept = keptOf(state);
      if (!kept || panels.has(kept.file)) return panel.dispose();
      const { folder } = kept;
      if (folder !== undefined && !evaluations.of(vscode.Uri.file(kept.file))) {
        // Without the results the panel says what it was about, and can evaluate again.
        await evaluations.open({ ...kept, folder }).catch((error) => void showFailure(error));
      }
      adopt(panel, kept);
    },
    dispose: () => panels.forEach((panel) => panel.dispose()),
  };
}

/** A command link passes the uri as JSON. */
function pathOf(uri: unknown): string | undefined {
  if (uri instanceof vscode.Uri) return uri.fsPath;
  return typeof uri === 'object' && uri !== null && 'scheme' in uri
    ? vscode.Uri.from(uri as { scheme: string; path?: string }).fsPath
    : undefined;
}

function keptOf(state: unknown): KeptResults | undefined {
  const { file, name, judge, folder } = (state ?? {}) as Partial<KeptResults>;
  if (typeof file !== 'string' || typeof name !== 'string' || !Array.isArray(judge?.prompts)) return undefined;
  return { file, name, judge, ...(typeof folder === 'string' && { folder }) };
}
