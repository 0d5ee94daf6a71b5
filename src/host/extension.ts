import * as l10n from '@vscode/l10n';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runFile } from '../store/runFiles.js';
import { registerEvaluations } from './editor/registerEvaluations.js';
import { registerRunEndNotifications } from './notifications.js';
import { registerEnsembles } from './ensembles/registerEnsembles.js';
import { registerMap } from './panels/registerMap.js';
import { registerPlaygrounds } from './panels/playgrounds.js';
import { registerReports } from './panels/reportPanels.js';
import { registerSweepPanels } from './panels/sweepPanels.js';
import { registerTrainingPanels } from './panels/trainingPanels.js';
import { openInspector } from './process/inspector.js';
import { nodeProgram } from './process/nodeProgram.js';
import { registerRecipes } from './recipes/registerRecipes.js';
import { openStores } from './runs/openStores.js';
import type { Evaluator } from './services.js';
import { settings, storeFolders } from './settings.js';
import { registerStatusBar } from './statusBar.js';
import { registerSupport } from './support/registerSupport.js';
import { registerPromptTests } from './testing/registerPromptTests.js';
import { registerTrainPrompt } from './train/registerTrainPrompt.js';
import { registerSidebar } from './views/sidebar.js';

/** Called by the editor when something of ours is first used: puts the parts together. */
export function activate({
  extensionUri,
  subscriptions,
  workspaceState,
  logUri,
  environmentVariableCollection,
}: vscode.ExtensionContext): void {
  // The rooms that know no editor put their words into the editor's language, too.
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const log = vscode.window.createOutputChannel('Softprompt', { log: true });
  const extensionFolder = extensionUri.fsPath;
  const node = (): string => nodeProgram(extensionFolder, settings.nodePath());
  const stores = openStores({
    storeFolders,
    processSettings: () => ({ node: node(), extensionFolder, unwatched: settings.unwatched() }),
    log,
  });
  const { modelFolders, trainingDefaults, idleMinutes } = settings;
  const inspector = openInspector(extensionFolder, node, log);
  let evaluating: Promise<Evaluator & vscode.Disposable> | undefined;
  const evaluator = (): Promise<Evaluator> =>
    (evaluating ??= import('./process/evaluatorProcess.js').then(({ openEvaluatorProcess }) =>
      openEvaluatorProcess({ extensionFolder, node, idleMinutes, log, ended: new vscode.EventEmitter() }),
    ));
  const showLog = (folder: string): Thenable<unknown> =>
    vscode.window.showTextDocument(vscode.Uri.file(runFile(folder, 'log')));

  const sweepPanels = registerSweepPanels({ stores, extensionUri });
  const evaluations = registerEvaluations({ stores, evaluator, extensionUri, workspaceState });

  environmentVariableCollection.description = vscode.l10n.t('Puts softprompt on the PATH');
  environmentVariableCollection.prepend(
    'PATH',
    `${join(extensionFolder, 'dist', 'bin')}${process.platform === 'win32' ? ';' : ':'}`,
  );
  if (process.versions.electron === undefined)
    environmentVariableCollection.replace('SOFTPROMPT_NODE', process.execPath);

  subscriptions.push(
    log,
    stores,
    inspector,
    { dispose: () => void evaluating?.then((process) => process.dispose()) },
    registerSidebar({ stores, runs: stores, extensionUri, nodeProgram: node, showLog }),
    registerTrainingPanels({ stores, runs: stores, extensionUri, showLog }),
    registerReports({ stores, extensionUri }),
    registerMap({ evaluator, stores, extensionUri }),
    registerEnsembles({ stores, runControl: stores, evaluator, extensionUri, trainingDefaults }),
    registerTrainPrompt({
      runControl: stores,
      stores,
      inspector,
      extensionUri,
      memory: workspaceState,
      trainingDefaults,
      modelFolders,
    }),
    registerRecipes({ stores, extensionUri, nodeProgram: node, inspector, log, sweepPanels }),
    sweepPanels,
    evaluations,
    registerPromptTests({ stores, evaluator, evaluations: evaluations.evaluations }),
    registerPlaygrounds({ stores, evaluator, extensionUri, memory: workspaceState }),
    registerStatusBar({ stores }),
    registerRunEndNotifications({ stores, runs: stores }),
    registerSupport({ inspector, modelFolders, log, logUri }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => stores.refresh()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => stores.refresh()),
    vscode.workspace.onDidChangeConfiguration(
      (change) => change.affectsConfiguration('softprompt.storeLocation') && stores.refresh(),
    ),
  );
  // A run may live that an earlier window started.
  void stores.ready();
}
