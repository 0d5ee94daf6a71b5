import * as vscode from 'vscode';
import type { PlaygroundState } from '../../protocol/playgroundMessages.js';
import { attempt } from '../problem.js';
import { inTrust } from '../inTrust.js';
import type { Evaluator, Stores } from '../services.js';
import { commandsAboutPrompts, wholePrompts, type WholePrompt } from '../views/wholePrompts.js';

export interface PlaygroundServices {
  readonly stores: Stores;
  readonly evaluator: () => Promise<Evaluator>;
  readonly extensionUri: vscode.Uri;
  readonly memory: vscode.Memento;
}

const viewType = 'softprompt.playground';

/** *Try it*: a panel for each prompt, which a reload brings back. What fills it is loaded when the first one is opened. */
export function registerPlaygrounds(services: PlaygroundServices): vscode.Disposable {
  const { stores } = services;
  const panels = new Map<string, vscode.WebviewPanel>();
  const whole = (): WholePrompt[] => wholePrompts(stores);

  const fill = async (panel: vscode.WebviewPanel, prompt: WholePrompt, other?: WholePrompt): Promise<void> => {
    panels.set(prompt.folder, panel);
    panel.onDidDispose(() => panels.delete(prompt.folder));
    const { showPlayground } = await import('./playgroundPanel.js');
    showPlayground(panel, prompt, other, services);
  };

  const open = async (prompt: WholePrompt): Promise<void> => {
    const isOpen = panels.get(prompt.folder);
    if (isOpen) return isOpen.reveal();
    const title = vscode.l10n.t('Try {name}', { name: prompt.value.name });
    await fill(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active), prompt);
  };

  const restore = async (panel: vscode.WebviewPanel, state: unknown): Promise<void> => {
    const { prompt, other } = (state ?? {}) as Partial<PlaygroundState>;
    await stores.ready();
    const find = (folder: string | undefined): WholePrompt | undefined =>
      whole().find((listed) => listed.folder === folder);
    const found = find(prompt);
    // The prompt was deleted since, or the page had not yet said whose it is: there is nothing to show.
    if (!found || panels.has(found.folder)) panel.dispose();
    else await fill(panel, found, find(other));
  };

  return vscode.Disposable.from(
    commandsAboutPrompts(stores)('softprompt.tryPrompt', vscode.l10n.t('Try a Prompt'), whole, (prompt) =>
      inTrust(() => attempt(() => open(prompt))),
    ),
    vscode.window.registerWebviewPanelSerializer(viewType, { deserializeWebviewPanel: restore }),
    { dispose: () => panels.forEach((panel) => panel.dispose()) },
  );
}
