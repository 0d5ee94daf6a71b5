import * as vscode from 'vscode';
import type { FromResults, KeptResults, ResultsAction, ToResults } from '../../protocol/resultsMessages.js';
import { judgeKey } from '../editor/evaluationMemory.js';
import { reasonAtRow } from '../editor/markTexts.js';
import type { Evaluations } from '../editor/evaluations.js';
import type { FileEvaluation } from '../editor/fileEvaluation.js';
import { trainingNames } from '../editor/trainingNames.js';
import { errorWords } from '../errorWords.js';
import type { Stores } from '../services.js';
import { atMostEvery } from '../views/atMostEvery.js';
import { fillPage } from './fillPage.js';
import { noResults, resultsState } from './resultsState.js';

const betweenStatesMs = 120;

export interface ResultsDependencies {
  readonly evaluations: Evaluations;
  readonly stores: Stores;
  readonly extensionUri: vscode.Uri;
  /** Judges a file with the prompt that a key names. */
  readonly evaluate: (file: string, key: string) => Promise<unknown>;
}

export interface ResultsPanel extends vscode.Disposable {
  reveal(part?: 'confusion'): void;
}

/** Fills a webview panel with the results of a file, whichever evaluation of it is the latest, and does what is asked for there. */
export function showResultsPanel(
  panel: vscode.WebviewPanel,
  begun: KeptResults,
  { evaluations, stores, extensionUri, evaluate }: ResultsDependencies,
): ResultsPanel {
  const uri = vscode.Uri.file(begun.file);
  let kept = begun;
  let hold: { readonly id: string; readonly held: vscode.Disposable } | undefined;
  let partToReveal: 'confusion' | undefined;

  const post = (message: ToResults): void => void panel.webview.postMessage(message);
  const tellProblem = (error: unknown): void => post({ type: 'problem', problem: errorWords(error) });
  const current = (): FileEvaluation | undefined => evaluations.of(uri);
  const holdOn = (evaluation: FileEvaluation | undefined): void => {
    if (hold?.id === evaluation?.id) return;
    hold?.held.dispose();
    hold = evaluation && { id: evaluation.id, held: evaluations.hold(evaluation.id) };
  };
  const tell = atMostEvery(betweenStatesMs, () => {
    const evaluation = current();
    holdOn(evaluation);
    const shown = vscode.workspace.asRelativePath(uri);
    if (evaluation) {
      const { file, name, judge, folder } = evaluation;
      kept = { file, name, judge, ...(folder !== undefined && { folder }) };
    }
    const state = evaluation ? resultsState(evaluation, shown, trainingNames(stores)) : noResults(kept, shown);
    post({ type: 'state', state, kept });
  });

  const act: Record<ResultsAction, () => unknown> = {
    stop: () => vscode.commands.executeCommand('softprompt.stopEvaluation', uri),
    again: () => evaluate(begun.file, judgeKey(kept.judge)),
    export: () => vscode.commands.executeCommand('softprompt.exportPredictions', uri),
    addTest: () => vscode.commands.executeCommand('softprompt.addTest', uri),
    openFile: () => vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside }),
  };
  const sendRows = async ({ ask, filter, from, count }: Extract<FromResults, { type: 'rows' }>): Promise<void> => {
    const evaluation = current();
    try {
      if (!evaluation || evaluation.state === 'ended' || evaluation.state === 'starting') post({ type: 'noRows', ask });
      else {
        const { total, rows } = await evaluations.rows(evaluation.id, filter, from, count);
        const told = rows.map((row) => ({ ...row, ...(row.problem && { reason: reasonAtRow(row.problem) }) }));
        post({ type: 'rows', ask, total, rows: told });
      }
    } catch (error) {
      post({ type: 'noRows', ask });
      throw error;
    }
  };
  const receive = async (message: FromResults): Promise<void> => {
    try {
      switch (message.type) {
        case 'snapshot':
          tell();
          if (partToReveal) post({ type: 'reveal', part: partToReveal });
          partToReveal = undefined;
          break;
        case 'rows':
          await sendRows(message);
          break;
        case 'openRow':
          await openRow(uri, message);
          break;
        case 'vote': {
          const evaluation = current();
          if (evaluation) await evaluations.vote(evaluation.id, message.vote);
          break;
        }
        default:
          await act[message.type]();
      }
    } catch (error) {
      tellProblem(error);
    }
  };

  const subscriptions = [
    tell,
    panel.webview.onDidReceiveMessage(receive),
    evaluations.onDidChange(({ file }) => file === begun.file && tell()),
    stores.onDidChangeRuns(({ run }) => run === undefined && tell()),
  ];
  panel.onDidDispose(() => {
    hold?.held.dispose();
    for (const subscription of subscriptions) subscription.dispose();
  });
  panel.iconPath = {
    light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'run-light.svg'),
    dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'run-dark.svg'),
  };
  fillPage(panel.webview, extensionUri, 'results', panel.title);

  return {
    reveal: (part) => {
      panel.reveal();
      // A page that is still being made asks for the snapshot first.
      partToReveal = part;
      if (part) post({ type: 'reveal', part });
    },
    dispose: () => panel.dispose(),
  };
}

/** Files of more than 50 MB have no document: the editor shows them all the same. */
async function openRow(uri: vscode.Uri, { line, endLine }: { line: number; endLine: number }): Promise<void> {
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  const viewColumn =
    vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === uri.fsPath)?.viewColumn ??
    vscode.ViewColumn.Beside;
  const editor = await vscode.window.showTextDocument(uri, { selection, viewColumn });
  editor.revealRange(
    new vscode.Range(line - 1, 0, endLine - 1, 0),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}
