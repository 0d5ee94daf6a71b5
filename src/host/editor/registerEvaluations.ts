import * as vscode from 'vscode';
import { inTrust } from '../inTrust.js';
import { attempt } from '../problem.js';
import type { Evaluator, Stores } from '../services.js';
import { mayHoldRows } from '../train/dataFiles.js';
import type { Editing } from './editing.js';
import type { EvaluationCommands } from './evaluationCommands.js';
import type { Evaluations } from './evaluations.js';

export interface EvaluationServices {
  readonly stores: Stores;
  readonly evaluator: () => Promise<Evaluator>;
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
}

/** The evaluations of this window, for the parts that start some or follow them; loaded when first asked for. */
export interface EvaluationParts extends vscode.Disposable {
  evaluations(): Promise<Evaluations>;
}

/** Data files in the editor, judged by prompts. What they need is loaded when the first one is opened. */
export function registerEvaluations({ evaluator, ...services }: EvaluationServices): EvaluationParts {
  const { stores } = services;
  let loading: Promise<Editing> | undefined;
  const load = (): Promise<Editing> =>
    (loading ??= Promise.all([import('./editing.js'), evaluator()]).then(([{ openEditing }, process]) =>
      openEditing({ ...services, evaluator: process }),
    ));
  // Lenses are of use where there is something to judge with.
  const look = ({ uri }: vscode.TextDocument): void => {
    if (!loading && stores.prompts.length > 0 && uri.scheme === 'file' && mayHoldRows(uri.fsPath)) void load();
  };
  const lookAtAll = (): void => vscode.workspace.textDocuments.forEach(look);
  lookAtAll();

  const command = (name: keyof EvaluationCommands): vscode.Disposable =>
    vscode.commands.registerCommand(`softprompt.${name}`, (...args: [unknown, unknown]) =>
      attempt(async () => (await load()).commands[name](...args)),
    );
  const inTrustOnly = (name: 'evaluateFile' | 'evaluatePrompt'): vscode.Disposable =>
    vscode.commands.registerCommand(`softprompt.${name}`, (...args: [unknown, unknown]) =>
      attempt(() => inTrust(async () => (await load()).commands[name](...args))),
    );
  const parts = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(look),
    stores.onDidChangePrompts(lookAtAll),
    inTrustOnly('evaluateFile'),
    inTrustOnly('evaluatePrompt'),
    command('stopEvaluation'),
    command('clearEvaluation'),
    command('nextWrongRow'),
    command('previousWrongRow'),
    command('exportPredictions'),
    vscode.commands.registerCommand('softprompt.showResults', (uri: unknown, part: unknown) =>
      attempt(async () => (await load()).panels.open(uri, part)),
    ),
    vscode.window.registerWebviewPanelSerializer('softprompt.results', {
      deserializeWebviewPanel: async (panel, state: unknown) => (await load()).panels.restore(panel, state),
    }),
    { dispose: () => loading?.then((editing) => editing.dispose()) },
  );
  return { evaluations: async () => (await load()).evaluations, dispose: () => parts.dispose() };
}
