import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { MapSubject } from '../../protocol/mapMessages.js';
import { outlivesFocus } from '../asking.js';
import type { Evaluator, Stores } from '../services.js';
import { commandsAboutPrompts, promptItem, wholePrompts, type WholePrompt } from '../views/wholePrompts.js';

const viewType = 'softprompt.map';

export interface MapDependencies {
  readonly evaluator: () => Promise<Evaluator>;
  readonly stores: Stores;
  readonly extensionUri: vscode.Uri;
}

/** The maps of prompts and their comparisons, a panel each; a reload brings them back. What fills them is loaded with the first. */
export function registerMap({ evaluator, stores, extensionUri }: MapDependencies): vscode.Disposable {
  const panels = new Map<string, vscode.WebviewPanel>();
  const keyOf = ({ prompt, other }: MapSubject): string => JSON.stringify([prompt, other]);

  const fill = async (panel: vscode.WebviewPanel, subject: MapSubject): Promise<void> => {
    const key = keyOf(subject);
    panels.set(key, panel);
    panel.onDidDispose(() => panels.delete(key));
    const { showMapPanel } = await import('./mapPanel.js');
    const opened = await evaluator();
    // It may have been closed meanwhile.
    if (panels.get(key) === panel) showMapPanel(panel, subject, { evaluator: opened, stores, extensionUri, compare });
  };

  const open = async (subject: MapSubject): Promise<void> => {
    const isOpen = panels.get(keyOf(subject));
    if (isOpen) return isOpen.reveal();
    await fill(vscode.window.createWebviewPanel(viewType, titleOf(subject), vscode.ViewColumn.Active), subject);
  };

  const titleOf = ({ prompt, other }: MapSubject): string => {
    const name = (folder: string): string =>
      wholePrompts(stores).find((listed) => listed.folder === folder)?.value.name ?? basename(folder);
    return other === undefined
      ? vscode.l10n.t('Map of {name}', { name: name(prompt) })
      : vscode.l10n.t('{first} and {second}', { first: name(prompt), second: name(other) });
  };

  /** Asks for the prompt to put beside another one. */
  const compare = async (prompt: string): Promise<void> => {
    const others = wholePrompts(stores).filter(({ folder }) => folder !== prompt);
    if (others.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no other saved prompt yet; two are compared.'));
      return;
    }
    const items = others.map((listed) => ({ ...promptItem(listed), folder: listed.folder }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Compare Prompts'),
      placeHolder: vscode.l10n.t('Another prompt of the same base model'),
      matchOnDescription: true,
      ...outlivesFocus,
    });
    if (picked) await open({ prompt, other: picked.folder });
  };

  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const { prompt, other } = (state ?? {}) as Partial<MapSubject>;
    if (typeof prompt !== 'string' || !vscode.workspace.isTrusted) return panel.dispose();
    await fill(panel, { prompt, ...(typeof other === 'string' && { other }) });
  };

  const about = commandsAboutPrompts(stores);
  const whole = (): WholePrompt[] => wholePrompts(stores);
  return vscode.Disposable.from(
    about('softprompt.showMap', vscode.l10n.t('Show in the Map'), whole, ({ folder }) => open({ prompt: folder })),
    about('softprompt.comparePrompts', vscode.l10n.t('Compare Prompts'), whole, ({ folder }) => compare(folder)),
    vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore }),
    { dispose: () => panels.forEach((panel) => panel.dispose()) },
  );
}
