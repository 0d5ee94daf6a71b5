import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { isLive } from '../../protocol/runState.js';
import { tableFile } from '../../store/sweepFolder.js';
import type { FollowedRun, Stores } from '../services.js';
import { evaluation } from './evaluateRecipe.js';
import { liveRunText } from './lensTexts.js';
import { isRecipe, recipeSelector } from './recipeDocuments.js';
import { sweepOf } from './sweepRecipe.js';

/** Above a recipe: Train, Sweep and Evaluate where there is something to, and the panel of a run that lives. */
export function registerRecipeLenses(stores: Stores): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let shown = '';
  return vscode.Disposable.from(
    changed,
    stores.onDidChangePrompts(() => changed.fire()),
    stores.onDidChangeRuns(() => {
      // Runs tell many times a second; a lens that is drawn again flickers.
      const texts = vscode.window.visibleTextEditors
        .filter(({ document }) => isRecipe(document))
        .map(({ document }) => liveRunLens(document, stores)?.title ?? '')
        .join('\n');
      if (texts === shown) return;
      shown = texts;
      changed.fire();
    }),
    vscode.languages.registerCodeLensProvider(recipeSelector, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document) => {
        const top = new vscode.Range(0, 0, 0, 0);
        const train = {
          title: vscode.l10n.t('$(play) Train'),
          command: 'softprompt.trainPrompt',
          arguments: [document.uri],
        };
        const evaluate = {
          title: vscode.l10n.t('$(checklist) Evaluate'),
          command: 'softprompt.evaluateRecipe',
          arguments: [document.uri],
        };
        const panel = liveRunLens(document, stores);
        const commands = [
          train,
          ...sweepLenses(document, stores),
          ...(evaluation(document, stores) ? [evaluate] : []),
          ...(panel ? [panel] : []),
        ];
        return commands.map((command) => new vscode.CodeLens(top, command));
      },
    }),
  );
}

/** The table's lens once there is one. */
function sweepLenses(document: vscode.TextDocument, stores: Stores): vscode.Command[] {
  const sweep = sweepOf(document, stores);
  if (!sweep) return [];
  const run = {
    title: vscode.l10n.t('$(layers) Sweep ({count} runs)', { count: sweep.runs }),
    command: 'softprompt.sweepRecipe',
    arguments: [document.uri],
  };
  const table = {
    title: vscode.l10n.t('$(table) Sweep table'),
    command: 'softprompt.openSweep',
    arguments: [document.uri],
  };
  return existsSync(tableFile(sweep.folder)) ? [run, table] : [run];
}

function liveRunLens(document: vscode.TextDocument, stores: Stores): vscode.Command | undefined {
  const run = stores.runs
    .flatMap((listed): FollowedRun[] => ('value' in listed ? [listed.value] : []))
    .find(({ state, status }) => isLive(state) && status.recipeFile === document.uri.fsPath);
  return (
    run && {
      title: `$(pulse) ${liveRunText(run.state, run.events)}`,
      command: 'softprompt.openRun',
      arguments: [run.folder],
    }
  );
}
