import { dirname, resolve } from 'node:path';
import { parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import { checkRecipe, nodeNear } from '../../protocol/checkRecipe.js';
import type { RecipeFault } from '../../protocol/inspectMessages.js';
import { describeMessage } from '../../errors/catalogue.js';
import type { Inspector } from '../services.js';
import { isRecipe, rangeOf } from './recipeDocuments.js';

/** A pause in typing after which a recipe is checked. */
const pauseMs = 400;

export interface RecipeDiagnostics extends vscode.Disposable {
  /** What the last check of a recipe found in its data and model. */
  faultsOf(document: vscode.TextDocument): readonly RecipeFault[];
}

/**
 * Marks in open recipes what the schema cannot see: fields that contradict each other, and, in a trusted workspace, files, columns, labels
 * and models that do not fit. What the schema does see, the editor's own JSON support marks.
 */
export function registerRecipeDiagnostics(inspector: Inspector, log: vscode.LogOutputChannel): RecipeDiagnostics {
  const collection = vscode.languages.createDiagnosticCollection('softprompt');
  const timers = new Map<string, NodeJS.Timeout>();
  const found = new Map<string, readonly RecipeFault[]>();

  const schedule = (document: vscode.TextDocument): void => {
    if (!isRecipe(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => void check(document), pauseMs),
    );
  };
  const scheduleAll = (): void => vscode.workspace.textDocuments.forEach(schedule);
  const forget = ({ uri }: vscode.TextDocument): void => {
    clearTimeout(timers.get(uri.toString()));
    timers.delete(uri.toString());
    found.delete(uri.toString());
    collection.delete(uri);
  };

  async function check(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    const text = document.getText();
    const checked = checkRecipe(text);
    const faults = 'recipe' in checked ? await validate({ text, recipeFile: uri.fsPath }) : [];
    if (document.isClosed || document.version !== version) return;
    found.set(uri.toString(), faults);
    const contradictions = 'problems' in checked ? checked.problems.filter(({ bySchema }) => !bySchema) : [];
    collection.set(uri, [
      ...contradictions.map(({ offset, length, message }) => mark(document, offset, length, message)),
      ...faults.map((fault) => faultMark(document, text, fault)),
    ]);
  }

  async function validate(recipe: { text: string; recipeFile: string }): Promise<readonly RecipeFault[]> {
    if (!vscode.workspace.isTrusted) return [];
    try {
      return await inspector.validate(recipe);
    } catch (error) {
      // The process died, perhaps of this very recipe's model: nothing is known then, and typing goes on.
      log.warn(`${recipe.recipeFile}: could not be validated`, error);
      return [];
    }
  }

  const listeners = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(schedule),
    vscode.workspace.onDidChangeTextDocument(({ document }) => schedule(document)),
    vscode.workspace.onDidCloseTextDocument(forget),
    // A row was corrected, perhaps.
    vscode.workspace.onDidSaveTextDocument((document) => !isRecipe(document) && scheduleAll()),
    vscode.workspace.onDidGrantWorkspaceTrust(scheduleAll),
    collection,
  );
  scheduleAll();
  return {
    faultsOf: ({ uri }) => found.get(uri.toString()) ?? [],
    dispose: () => {
      timers.forEach((timer) => clearTimeout(timer));
      listeners.dispose();
    },
  };
}

function faultMark(document: vscode.TextDocument, text: string, { path, error }: RecipeFault): vscode.Diagnostic {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const { offset, length } = root ? nodeNear(root, path) : { offset: 0, length: 0 };
  const { message, advice } = describeMessage(error);
  const diagnostic = mark(document, offset, length, `${message} ${advice}`);
  diagnostic.code = error.code;
  const { file, line } = error.args;
  if (typeof file === 'string' && typeof line === 'number') {
    const place = vscode.Uri.file(resolve(dirname(document.uri.fsPath), file));
    diagnostic.relatedInformation = [
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(place, new vscode.Position(line - 1, 0)),
        vscode.l10n.t('this row'),
      ),
    ];
  }
  return diagnostic;
}

/** A whole object is marked by its first line alone. */
function mark(document: vscode.TextDocument, offset: number, length: number, message: string): vscode.Diagnostic {
  const whole = rangeOf(document, offset, length);
  const range = whole.isSingleLine ? whole : whole.with({ end: document.lineAt(whole.start.line).range.end });
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'softprompt';
  return diagnostic;
}
