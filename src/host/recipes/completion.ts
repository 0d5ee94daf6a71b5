import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetSummary } from '../../protocol/inspectMessages.js';
import type { Inspector } from '../services.js';
import { canBeNamed } from '../train/columnTemplate.js';
import { byLikelihood, mayHoldRows } from '../train/dataFiles.js';
import { recipePath } from '../train/recipeText.js';
import { completionPlace, trainFile, type CompletionPlace } from './completionPlace.js';
import { rangeOf, recipeSelector } from './recipeDocuments.js';

const mostFiles = 200;

/** What the schema does not know: the columns and labels of the data, and where data files lie. */
export function registerRecipeCompletion(inspector: Inspector): vscode.Disposable {
  return vscode.languages.registerCompletionItemProvider(
    recipeSelector,
    {
      provideCompletionItems: async (document, position, token) => {
        const place = completionPlace(document.getText(), document.offsetAt(position));
        if (!place || !vscode.workspace.isTrusted) return [];
        const { kind, start, end } = place;
        const range = rangeOf(document, start, end - start);
        const item = (label: string, text: string, itemKind: vscode.CompletionItemKind): vscode.CompletionItem =>
          Object.assign(new vscode.CompletionItem(label, itemKind), { range, insertText: text, filterText: text });

        if (kind === 'data file') {
          const files = await dataFilesUnder(dirname(document.uri.fsPath), token);
          return files.map((file) => item(file, inString(file), vscode.CompletionItemKind.File));
        }
        const summary = await trainingData(document, inspector);
        if (!summary) return [];
        return kind === 'column'
          ? columnTexts(summary, place).map(([name, text]) => item(name, text, vscode.CompletionItemKind.Field))
          : labelTexts(summary, place).map(([name, text]) => item(name, text, vscode.CompletionItemKind.EnumMember));
      },
    },
    '{',
    '"',
    '/',
  );
}

function columnTexts({ columns }: DatasetSummary, { isClosed }: CompletionPlace): [string, string][] {
  return columns.filter(canBeNamed).map((name) => [name, `${inString(name)}${isClosed ? '' : '}'}`]);
}

function labelTexts({ task }: DatasetSummary, { taken, isClosed }: CompletionPlace): [string, string][] {
  const labels = 'error' in task ? {} : (task.labels ?? {});
  return Object.entries(labels)
    .filter(([label]) => !taken.includes(label))
    .map(([label, words]) => [
      label,
      isClosed ? JSON.stringify(label) : `${JSON.stringify(label)}: ${JSON.stringify(words)}`,
    ]);
}

async function dataFilesUnder(folder: string, token: vscode.CancellationToken): Promise<string[]> {
  const pattern = new vscode.RelativePattern(folder, '**/*.{jsonl,json,csv,tsv}');
  const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.softprompt,.git}/**', mostFiles, token);
  const files = found.map(({ fsPath }) => fsPath).filter(mayHoldRows);
  return files.sort(byLikelihood).map((file) => recipePath(folder, file));
}

/** Undefined where the file cannot be read: the diagnostics say why. */
function trainingData(document: vscode.TextDocument, inspector: Inspector): Promise<DatasetSummary | undefined> {
  const file = trainFile(document.getText());
  if (file === undefined) return Promise.resolve(undefined);
  return inspector.dataset(resolve(dirname(document.uri.fsPath), file)).catch(() => undefined);
}

const inString = (text: string): string => JSON.stringify(text).slice(1, -1);
