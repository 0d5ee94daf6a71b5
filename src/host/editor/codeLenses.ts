import * as vscode from 'vscode';
import type { Stores } from '../services.js';
import { atMostEvery } from '../views/atMostEvery.js';
import { columnsOf } from './columns.js';
import { dataSelector, isDataDocument } from './dataDocuments.js';
import { judgeKey, type EvaluationMemory } from './evaluationMemory.js';
import type { Evaluations } from './evaluations.js';
import { byFit, judgeChoices, type JudgeChoice } from './judges.js';
import { evaluationLenses, offerLenses, type Lens } from './lensTexts.js';
import { trainingNames } from './trainingNames.js';

/** Verdicts come many times a second; lenses that are drawn as often flicker. */
const betweenLensesMs = 500;

/** Characters of a document from which its columns are read. */
const beginningLength = 65_536;

export interface LensServices {
  readonly stores: Stores;
  readonly evaluations: Evaluations;
  readonly memory: EvaluationMemory;
}

/** Above a data file: which prompt it can be evaluated with, and how it did. */
export function registerEvaluationLenses(services: LensServices): vscode.Disposable {
  const { stores, evaluations } = services;
  const changed = new vscode.EventEmitter<void>();
  const redraw = atMostEvery(betweenLensesMs, () => changed.fire());
  let training = trainingNames(stores).join();
  return vscode.Disposable.from(
    changed,
    redraw,
    stores.onDidChangePrompts(redraw),
    stores.onDidChangeEnsembles(redraw),
    stores.onDidChangeRuns(() => {
      const now = trainingNames(stores).join();
      if (now === training) return;
      training = now;
      redraw();
    }),
    evaluations.onDidChange(redraw),
    vscode.languages.registerCodeLensProvider(dataSelector, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses: (document) => {
        const top = new vscode.Range(0, 0, 0, 0);
        return lensesOf(document, services).map((command) => new vscode.CodeLens(top, command));
      },
    }),
  );
}

function lensesOf(document: vscode.TextDocument, { stores, evaluations, memory }: LensServices): vscode.Command[] {
  if (!isDataDocument(document) || !vscode.workspace.isTrusted) return [];
  const choices = judgeChoices(stores, vscode.env.language);
  const evaluation = evaluations.of(document.uri);
  // An evaluation outlives the last prompt, to say why it ended.
  if (choices.length === 0 && !evaluation) return [];
  const beginning = document.getText(new vscode.Range(document.positionAt(0), document.positionAt(beginningLength)));
  const columns = columnsOf(beginning, document.uri.fsPath);
  const remembered = evaluation ? judgeKey(evaluation.judge) : memory.judgeOf(document.uri.fsPath);
  const [offered] = byFit(choices, columns, remembered).fitting;
  // A file that ends in .json may be anything.
  if (!offered && !evaluation && /\.json$/i.test(document.uri.path)) return [];
  const isUnderWay = evaluation?.state === 'starting' || evaluation?.state === 'running';
  return [
    ...(isUnderWay || choices.length === 0 ? [] : offerLenses(offered?.name)),
    ...(evaluation ? evaluationLenses(evaluation, trainingNames(stores)) : []),
  ].map((lens) => commandOf(lens, document.uri, offered));
}

function commandOf({ title, does, tooltip }: Lens, uri: vscode.Uri, offered: JudgeChoice | undefined): vscode.Command {
  const { command, more = [] } = commands[does];
  const asked = does === 'evaluate' && offered ? [judgeKey(offered.judge)] : [];
  return { title, command, arguments: [uri, ...more, ...asked], ...(tooltip !== undefined && { tooltip }) };
}

const commands: Readonly<Record<Lens['does'], { readonly command: string; readonly more?: readonly unknown[] }>> = {
  evaluate: { command: 'softprompt.evaluateFile' },
  choose: { command: 'softprompt.evaluateFile' },
  stop: { command: 'softprompt.stopEvaluation' },
  results: { command: 'softprompt.showResults' },
  confusion: { command: 'softprompt.showResults', more: ['confusion'] },
  next: { command: 'softprompt.nextWrongRow' },
  previous: { command: 'softprompt.previousWrongRow' },
};
