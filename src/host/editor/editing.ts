import * as vscode from 'vscode';
import { resultsPanels, type ResultsPanels } from '../panels/resultsPanels.js';
import type { Evaluator, Stores } from '../services.js';
import { registerEvaluationLenses } from './codeLenses.js';
import { registerRowDecorations } from './decorations.js';
import { evaluateFile, type EvaluateServices } from './evaluateFile.js';
import { evaluationCommands, type EvaluationCommands } from './evaluationCommands.js';
import { evaluationMemory } from './evaluationMemory.js';
import { openEvaluations, type Evaluations } from './evaluations.js';
import { registerRowHovers } from './hovers.js';

export interface EditingServices {
  readonly stores: Stores;
  readonly evaluator: Evaluator;
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
}

/** All that evaluates files in the editor and shows their results. */
export interface Editing extends vscode.Disposable {
  readonly evaluations: Evaluations;
  readonly commands: EvaluationCommands;
  readonly panels: ResultsPanels;
}

export function openEditing({ stores, evaluator, extensionUri, workspaceState }: EditingServices): Editing {
  const memory = evaluationMemory(workspaceState);
  const evaluations = openEvaluations(evaluator, stores);
  const panels = resultsPanels({
    evaluations,
    stores,
    extensionUri,
    evaluate: (file, key) => evaluateFile(file, key, services),
  });
  const services: EvaluateServices = {
    stores,
    evaluations,
    memory,
    examples: (file) => vscode.workspace.getConfiguration('softprompt', file).get('evaluation.examples', 0),
    results: panels,
  };
  const parts = vscode.Disposable.from(
    evaluations,
    panels,
    registerEvaluationLenses({ stores, evaluations, memory }),
    registerRowDecorations(evaluations, extensionUri),
    registerRowHovers(evaluations),
    followContext(evaluations),
  );
  return { evaluations, panels, commands: evaluationCommands(services), dispose: () => parts.dispose() };
}

/** `softprompt.evaluated`: whether the active editor's file is evaluated, for menus and keys. */
function followContext(evaluations: Evaluations): vscode.Disposable {
  let said: boolean | undefined;
  const say = (): void => {
    const active = vscode.window.activeTextEditor?.document.uri;
    const isEvaluated = active !== undefined && evaluations.of(active) !== undefined;
    if (isEvaluated === said) return;
    said = isEvaluated;
    void vscode.commands.executeCommand('setContext', 'softprompt.evaluated', isEvaluated);
  };
  say();
  return vscode.Disposable.from(vscode.window.onDidChangeActiveTextEditor(say), evaluations.onDidChange(say));
}
