import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { nearestName } from '../../common/nearestName.js';
import { byLikelihood, mayHoldRows } from '../train/dataFiles.js';
import { columnsOf } from './columns.js';
import { judgeKey } from './evaluationMemory.js';
import { byFit, type JudgeChoice } from './judges.js';

const separator = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });

/** Which prompt or ensemble judges a file: those whose columns it has come first. */
export async function pickJudge(
  file: string,
  choices: readonly JudgeChoice[],
  columns: readonly string[] | undefined,
  remembered: string | undefined,
): Promise<JudgeChoice | undefined> {
  const { fitting, others } = byFit(choices, columns, remembered);
  const item = (choice: JudgeChoice): vscode.QuickPickItem & { choice: JudgeChoice } => ({
    label: choice.name,
    description: choice.description,
    ...(judgeKey(choice.judge) === remembered && { detail: vscode.l10n.t('judged this file last') }),
    choice,
  });
  const picked = await vscode.window.showQuickPick<vscode.QuickPickItem & { choice?: JudgeChoice }>(
    [
      ...fitting.map(item),
      ...(others.length > 0 && fitting.length > 0 ? [separator(vscode.l10n.t('for other columns'))] : []),
      ...others.map(item),
    ],
    {
      title: vscode.l10n.t('Evaluate {file}', { file: basename(file) }),
      placeHolder: vscode.l10n.t('The prompt or ensemble that judges its rows'),
      matchOnDescription: true,
    },
  );
  return picked?.choice;
}

/** Which of a file's columns stand for those that the prompt was trained on and the file has not; undefined where it was put away. */
export async function pickColumns(
  choice: JudgeChoice,
  columns: readonly string[],
): Promise<Record<string, string> | undefined> {
  const missing = choice.columns.filter((column) => !columns.includes(column));
  const mapping: Record<string, string> = {};
  for (const [i, column] of missing.entries()) {
    const free = columns.filter((label) => !Object.values(mapping).includes(label));
    const left = free.length > 0 ? free : [...columns];
    const nearest = nearestName(column, left);
    const items = left.sort((a, b) => (a === nearest ? -1 : b === nearest ? 1 : 0)).map((label) => ({ label }));
    const picked = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Columns for {name} ({number} of {count})', {
        name: choice.name,
        number: i + 1,
        count: missing.length,
      }),
      placeHolder: vscode.l10n.t('The column that stands for "{column}"; it is remembered', { column }),
      ignoreFocusOut: true,
    });
    if (!picked) return undefined;
    mapping[column] = picked.label;
  }
  return mapping;
}

const passedOver = '**/{node_modules,.softprompt,.git,.vscode}/**';
const mostFiles = 500;

/** A data file of the workspace, or of anywhere. */
export async function pickDataFile(title: string): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles('**/*.{jsonl,ndjson,csv,tsv,json}', passedOver, mostFiles);
  const items = found
    .map(({ fsPath }) => fsPath)
    .filter(mayHoldRows)
    .sort(byLikelihood)
    .map((file) => {
      const folder = dirname(vscode.workspace.asRelativePath(file));
      return { label: `$(table) ${basename(file)}`, description: folder === '.' ? '' : folder, file };
    });
  const browse = { label: vscode.l10n.t('$(folder-opened) Browse…'), description: '', file: undefined };
  const picked = await vscode.window.showQuickPick([...items, browse], {
    title,
    placeHolder: vscode.l10n.t('Rows to judge'),
    matchOnDescription: true,
  });
  if (!picked || picked.file !== undefined) return picked?.file;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      filters: {
        [vscode.l10n.t('Data')]: ['jsonl', 'ndjson', 'json', 'csv', 'tsv'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  return chosen?.fsPath;
}

const beginningBytes = 65_536;

/** The columns of a file on the disk. */
export async function fileColumns(file: string): Promise<readonly string[] | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(beginningBytes), 0, beginningBytes, 0);
    return columnsOf(buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, ''), file);
  } finally {
    await handle.close();
  }
}
