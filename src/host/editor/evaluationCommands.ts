import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { pickDataFile } from './ask.js';
import { evaluateFile, type EvaluateServices } from './evaluateFile.js';
import { judgeKey } from './evaluationMemory.js';
import type { FileEvaluation } from './fileEvaluation.js';
import { judgeChoices } from './judges.js';

/** The commands about evaluations; `registerEvaluations` loads them when one is first used. */
export interface EvaluationCommands {
  evaluateFile(uri: unknown, key: unknown): Promise<void>;
  /** `argument`: a row of the view Prompts. */
  evaluatePrompt(argument: unknown): Promise<void>;
  stopEvaluation(uri: unknown): Promise<void>;
  clearEvaluation(uri: unknown): void;
  nextWrongRow(uri: unknown): Promise<void>;
  previousWrongRow(uri: unknown): Promise<void>;
  exportPredictions(uri: unknown): Promise<void>;
}

export function evaluationCommands(services: EvaluateServices): EvaluationCommands {
  const { evaluations, stores } = services;
  const about = (uri: unknown): FileEvaluation | undefined => {
    const named = uri instanceof vscode.Uri ? uri : uriOf(uri);
    const meant = named ?? vscode.window.activeTextEditor?.document.uri;
    return meant && evaluations.of(meant);
  };
  return {
    evaluateFile: async (uri, key) => {
      const named = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
      const file = named?.scheme === 'file' ? named.fsPath : await pickDataFile(vscode.l10n.t('Evaluate with Prompt'));
      if (file !== undefined) await evaluateFile(file, typeof key === 'string' ? key : undefined, services);
    },
    evaluatePrompt: async (argument) => {
      await stores.ready();
      const folder = folderOf(argument);
      const choices = judgeChoices(stores, vscode.env.language);
      const choice = choices.find(({ judge }) => judge.prompts.length === 1 && judge.prompts[0] === folder);
      const title = choice
        ? vscode.l10n.t('Evaluate {name} on a file', { name: choice.name })
        : vscode.l10n.t('Evaluate on a File');
      const file = await pickDataFile(title);
      if (file !== undefined) await evaluateFile(file, choice && judgeKey(choice.judge), services);
    },
    stopEvaluation: async (uri) => {
      const evaluation = about(uri);
      if (evaluation) await evaluations.stop(evaluation.id);
    },
    clearEvaluation: (uri) => {
      const evaluation = about(uri);
      if (evaluation) evaluations.clear(evaluation.id);
    },
    nextWrongRow: (uri) => goToWrong(about(uri), 1),
    previousWrongRow: (uri) => goToWrong(about(uri), -1),
    exportPredictions: async (uri) => {
      const evaluation = about(uri);
      if (!evaluation) return;
      const target = await askWhere(evaluation);
      if (target === undefined) return;
      await evaluations.exportTo(evaluation.id, target);
      const open = vscode.l10n.t('Open');
      const chosen = await vscode.window.showInformationMessage(
        vscode.l10n.t('Exported the predictions to {file}.', { file: basename(target) }),
        open,
      );
      if (chosen === open) await vscode.window.showTextDocument(vscode.Uri.file(target));
    },
  };
}

/** The cursor goes to the row, which is shown in the middle; from the last one to the first. */
async function goToWrong(evaluation: FileEvaluation | undefined, direction: 1 | -1): Promise<void> {
  if (!evaluation) return;
  const uri = vscode.Uri.file(evaluation.file);
  const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.fsPath === evaluation.file);
  const editor = await vscode.window.showTextDocument(
    uri,
    shown?.viewColumn === undefined ? {} : { viewColumn: shown.viewColumn },
  );
  const mark = evaluation.marks.wrongFrom(editor.selection.active.line, direction);
  if (!mark) {
    vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) No row is wrong'), 3000);
    return;
  }
  const at = new vscode.Position(mark.first, 0);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(
    new vscode.Range(mark.first, 0, mark.last, 0),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

/** .jsonl beside the file; another ending asks for another format. */
async function askWhere({ file, name }: FileEvaluation): Promise<string | undefined> {
  const stem = basename(file, extname(file));
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Predictions'),
    defaultUri: vscode.Uri.file(join(dirname(file), `${stem}.${name}.jsonl`)),
    filters: { 'JSON Lines': ['jsonl'], CSV: ['csv'], TSV: ['tsv'] },
  });
  return target?.fsPath;
}

/** A command link passes the uri as JSON. */
function uriOf(value: unknown): vscode.Uri | undefined {
  if (typeof value !== 'object' || value === null || !('scheme' in value)) return undefined;
  return vscode.Uri.from(value as { scheme: string; path?: string });
}

/** A menu passes the row, `{ listed }`; another command a folder. */
function folderOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  return typeof argument === 'object' && argument !== null && 'listed' in argument
    ? (argument.listed as { readonly folder: string }).folder
    : undefined;
}
