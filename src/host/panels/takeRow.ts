import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { parseTable, readTable } from '../../data/readTable.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { DatasetSource, Row, Table } from '../../protocol/dataset.js';
import { loadPrompt } from '../../store/promptFolder.js';
import { outlivesFocus } from '../asking.js';
import type { Stores } from '../services.js';
import { byLikelihood, mayHoldRows } from '../train/dataFiles.js';
import { recordedRecipeFile } from '../views/recordedRecipe.js';
import type { WholePrompt } from '../views/wholePrompts.js';

/** The cells of a row, by column, and where it stands. */
export interface TakenRow {
  readonly values: Readonly<Record<string, string>>;
  readonly place: string;
}

/** A file that is read whole to choose from it may be as large as what editors hand to extensions. */
const mostBytes = 50e6;
const mostFiles = 200;
/** Rows that are offered; the list can be searched. */
const mostRows = 2000;

/** Asks for a row: the one at the cursor, or one of the prompt's own files or of another in the workspace. */
export async function takeRow(
  columns: readonly string[],
  prompt: WholePrompt,
  stores: Stores,
): Promise<TakenRow | undefined> {
  const atCursor = await rowAtCursor();
  const files = await filesWithRows(prompt, stores);
  const items = [
    ...(atCursor
      ? [{ label: vscode.l10n.t('$(target) The row at the cursor'), description: atCursor.place, atCursor }]
      : []),
    ...files.map((source) => ({ label: vscode.workspace.asRelativePath(source.path), source })),
  ];
  const title = vscode.l10n.t('Take a Row');
  const placeHolder =
    items.length === 0 ? vscode.l10n.t('There is no data file in this workspace') : vscode.l10n.t('Of which file?');
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    matchOnDescription: true,
    ...outlivesFocus,
  });
  if (!picked) return undefined;
  if ('atCursor' in picked) return taken(picked.atCursor.row, picked.atCursor.place, columns, picked.atCursor.table);
  const table = await readTable(picked.source.path, picked.source, vscode.workspace.asRelativePath(picked.source.path));
  const rows = table.rows.slice(0, mostRows).map((row) => ({
    label: rowText(row, columns),
    description: vscode.l10n.t('line {line}', { line: row.line }),
    row,
  }));
  const chosen = await vscode.window.showQuickPick(rows, { title, placeHolder: picked.label, ...outlivesFocus });
  return chosen && taken(chosen.row, `${picked.label}:${chosen.row.line}`, columns, table);
}

function taken(row: Row, place: string, columns: readonly string[], table: Table): TakenRow {
  const missing = columns.find((column) => !Object.hasOwn(row.values, column));
  if (missing !== undefined)
    throw new SoftpromptError('data.missingColumn', {
      file: table.file,
      column: missing,
      columns: table.columns.join(', '),
      nearest: '',
    });
  return { values: Object.fromEntries(columns.map((column) => [column, cell(row, column)])), place };
}

/** In the editor that is seen, or was before the panel came to the front. */
async function rowAtCursor(): Promise<{ row: Row; place: string; table: Table } | undefined> {
  for (const { document, selection } of vscode.window.visibleTextEditors) {
    const file = document.uri.fsPath;
    if (document.uri.scheme !== 'file' || !mayHoldRows(file)) continue;
    try {
      const name = vscode.workspace.asRelativePath(document.uri);
      const table = parseTable(document.getText(), name, { path: file });
      const row = table.rows.findLast(({ line }) => line <= selection.active.line + 1);
      if (row) return { row, place: `${name}:${row.line}`, table };
    } catch (error) {
      // A file that is being written, or holds no rows, offers none.
      if (!(error instanceof SoftpromptError)) throw error;
    }
  }
  return undefined;
}

/** The prompt's test, dev and training rows first, then what the workspace has. */
async function filesWithRows({ folder }: WholePrompt, stores: Stores): Promise<DatasetSource[]> {
  const { recipe } = await loadPrompt(folder);
  const recipeFile = recordedRecipeFile(folder, stores);
  const { test, dev, train } = recipe?.data ?? {};
  const own = recipeFile === undefined ? [] : [test, dev, train].flatMap((source) => source ?? []);
  const named = own.map((source) => {
    const asked = typeof source === 'string' ? { path: source } : source;
    return { ...asked, path: resolve(dirname(recipeFile ?? ''), asked.path) };
  });
  const pattern = '**/*.{jsonl,json,csv,tsv}';
  const found = await vscode.workspace.findFiles(pattern, '**/{node_modules,.softprompt,.git,.vscode}/**', mostFiles);
  const others = found
    .map(({ fsPath }) => fsPath)
    .filter(mayHoldRows)
    .sort(byLikelihood);
  const all = [...named, ...others.map((path) => ({ path }))];
  const unique = all.filter(({ path }, i) => all.findIndex((other) => other.path === path) === i);
  const small = await Promise.all(unique.map(async ({ path }) => (await sizeOf(path)) <= mostBytes));
  return unique.filter((_, i) => small[i]);
}

/** Infinite where there is no such file. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => Infinity,
  );

function rowText(row: Row, columns: readonly string[]): string {
  const text = columns
    .map((column) => cell(row, column))
    .join(' · ')
    .replace(/\s+/g, ' ');
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}

function cell({ values }: Row, column: string): string {
  const value = values[column];
  return typeof value === 'object' || value === undefined ? '' : String(value);
}
