import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource } from '../../protocol/dataset.js';
import type { EnsembleState, FromEnsemblePanel, ToEnsemblePanel } from '../../protocol/ensembleMessages.js';
import {
  changeEnsemble,
  ensembleResults,
  presentMembers,
  storeOfEnsemble,
  type Ensemble,
} from '../../store/ensembleFolder.js';
import { errorWords } from '../errorWords.js';
import type { Evaluator, Stores } from '../services.js';
import { atMostEvery } from '../views/atMostEvery.js';
import { ensembleRun } from './ensembleRun.js';
import { fillPage } from './fillPage.js';

export interface EnsemblePanelDependencies {
  readonly extensionUri: vscode.Uri;
  readonly stores: Stores;
}

export interface EnsemblePanel extends vscode.Disposable {
  reveal(): void;
  run(source: DatasetSource): Promise<void>;
}

/** Verdicts come many times a second. */
const betweenStatesMs = 100;

/** Fills a webview panel with an ensemble, and does what is asked for there. `first`: as it is listed now. */
export function showEnsemblePanel(
  panel: vscode.WebviewPanel,
  folder: string,
  first: Ensemble,
  evaluator: Evaluator,
  { extensionUri, stores }: EnsemblePanelDependencies,
): EnsemblePanel {
  /** It stays as it was last seen where its folder is gone. */
  let own = first;
  const ensemble = (): Ensemble => {
    const listed = stores.ensembles.find((other) => other.folder === folder);
    if (listed && 'value' in listed) own = listed.value;
    return own;
  };
  let { vote } = first;

  const post = (message: ToEnsemblePanel): void => void panel.webview.postMessage(message);
  const tellProblem = (error: unknown): void => post({ type: 'problem', problem: errorWords(error) });
  const state = (): EnsembleState => ({
    folder,
    name: ensemble().name,
    members: ensemble().members.map(({ name, isThere }) => ({ name, isThere })),
    vote,
    work: run.work,
    ...(run.outcome && { result: run.outcome }),
  });
  const tell = atMostEvery(betweenStatesMs, () => post({ type: 'state', state: state() }));
  const tellRows = (): void => {
    if (run.rows) post({ type: 'rows', rows: run.rows });
  };
  const run = ensembleRun({
    evaluator,
    shown: (path) => vscode.workspace.asRelativePath(path),
    changed: tell,
    rowsChanged: tellRows,
    reported: (report, of) => {
      changeEnsemble(folder, { results: ensembleResults(report, of) }).then(() => stores.refresh(), tellProblem);
    },
  });

  const choose = async (next: EnsembleState['vote']): Promise<void> => {
    vote = next;
    tell();
    await run.vote(vote);
    await changeEnsemble(folder, { vote });
    await stores.refresh();
  };
  const receive = async (message: FromEnsemblePanel): Promise<void> => {
    try {
      switch (message.type) {
        case 'snapshot':
          post({ type: 'state', state: state() });
          return tellRows();
        case 'vote':
          return await choose(message.vote);
        case 'run':
          await vscode.commands.executeCommand('softprompt.runEnsemble', folder);
          return;
        case 'chooseMembers':
          await vscode.commands.executeCommand('softprompt.editEnsemble', folder);
          return;
        case 'stop':
          return await run.stop();
        case 'moreRows':
          return await run.moreRows();
        case 'openRow':
          return await openRow(run.file, message);
      }
    } catch (error) {
      tellProblem(error);
    }
  };

  const subscriptions = [
    panel.webview.onDidReceiveMessage(receive),
    stores.onDidChangeEnsembles(tell),
    // A hidden panel's page is gone; shown again it asks for the snapshot.
    tell,
    run,
  ];
  panel.onDidDispose(() => {
    for (const subscription of subscriptions) subscription.dispose();
  });
  const icon = (theme: string): vscode.Uri =>
    vscode.Uri.joinPath(extensionUri, 'media', 'icons', `ensemble-${theme}.svg`);
  panel.iconPath = { light: icon('light'), dark: icon('dark') };
  fillPage(panel.webview, extensionUri, 'ensemble', first.name);
  if (first.results?.evaluation !== undefined) void run.open(first.results.evaluation, vote);

  return {
    reveal: () => panel.reveal(),
    run: async (source) => {
      const store = storeOfEnsemble(folder);
      const settings = vscode.workspace.getConfiguration('softprompt', vscode.Uri.file(source.path));
      const examples = settings.get('evaluation.examples', 0);
      await run.start({ prompts: presentMembers(ensemble()), vote, source, store, examples });
    },
    dispose: () => panel.dispose(),
  };
}

async function openRow(file: string | undefined, { line, endLine }: { line: number; endLine: number }): Promise<void> {
  if (file === undefined) return;
  const selection = new vscode.Range(line - 1, 0, endLine - 1, Number.MAX_SAFE_INTEGER);
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection, viewColumn: vscode.ViewColumn.Beside });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SoftpromptError('store.unreadable', { file, reason }, { cause: error });
  }
}
