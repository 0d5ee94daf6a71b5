import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { browseFor } from '../browse.js';
import { recipeEnding } from '../recipeEnding.js';
import { wholeNumber } from '../../protocol/numbers.js';
import { pick, separator, type Choice } from './ask.js';
import { byLikelihood, mayHoldRows, siblingSplits } from './dataFiles.js';
import { remembered, type Dataset, type Draft, type TrainServices } from './draft.js';
import { sampleRecipe } from './sample.js';
import type { Step } from './walk.js';

/** More files than this and the list helps nobody. */
const mostFiles = 500;
const passedOver = '**/{node_modules,.softprompt,.git,.vscode}/**';

/** Stands for a file that is still to be found on the disk. */
const browse = Symbol('browse');

/** Which rows: a data file, or a recipe, which says everything. `chosen`: one that was named before anything was asked. */
export function datasetStep(services: TrainServices, title: string, chosen: string | undefined): Step<Draft> {
  let next = chosen;
  return {
    ask: async (draft, place) => {
      for (;;) {
        const last = draft.recipe ?? draft.dataset?.file;
        const answer = await pick<string | typeof browse, Draft | typeof browse>({
          place,
          title,
          placeholder: vscode.l10n.t('Rows to train on, or a recipe'),
          choices: fixedChoices(services),
          allChoices: async (closed) => {
            const recent = recentFiles(services);
            return [
              ...listed(vscode.l10n.t('recent'), recent),
              ...(await workspaceChoices(recent, closed)),
              ...fixedChoices(services),
            ];
          },
          isDefault: (file) => file === last,
          chosen: next,
          accept: (file) => (file === browse ? browse : withFile(file, draft, services)),
        });
        next = undefined;
        if (answer === undefined || answer === 'back') return answer;
        if (answer.value !== browse) return { value: answer.value };
        next = await browseForData();
      }
    },
  };
}

async function withFile(file: string, draft: Draft, { inspector }: TrainServices): Promise<Draft> {
  const { model, variant, methods } = draft;
  if (file.endsWith(recipeEnding)) return { model, variant, methods, recipe: file };
  const summary = await inspector.dataset(file);
  if (file === draft.dataset?.file) return { ...draft, dataset: { ...draft.dataset, summary } };
  const dataset: Dataset = {
    file,
    summary,
    folder: recipeFolder(file),
    ...(await splitsBeside(file, summary, inspector)),
  };
  return { model, variant, methods, dataset, ...('error' in summary.task ? {} : { task: summary.task }) };
}

/** Beside the data where that is in the workspace, else at its root. */
function recipeFolder(file: string): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const inside = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
  return inside || first === undefined ? dirname(file) : first.uri.fsPath;
}

/** The dev and test rows that the names of files suggest, where they have the same columns and labels: many a test file has none. */
async function splitsBeside(
  file: string,
  summary: Dataset['summary'],
  inspector: TrainServices['inspector'],
): Promise<Pick<Dataset, 'dev' | 'test'>> {
  const found = Object.entries(siblingSplits(file, await readdir(dirname(file))));
  const fitting = found.map(async ([split, path]) => {
    const other = await inspector.dataset(path).catch(() => undefined);
    return other && isLike(other, summary) ? [[split, path]] : [];
  });
  return Object.fromEntries((await Promise.all(fitting)).flat());
}

function isLike(other: Dataset['summary'], { columns, task }: Dataset['summary']): boolean {
  if (!columns.every((column) => other.columns.includes(column))) return false;
  if ('error' in task || task.labels === undefined) return true;
  const known = task.labels;
  return !('error' in other.task) && Object.keys(other.task.labels ?? {}).every((label) => Object.hasOwn(known, label));
}

/** The sample has a place of its own. */
function recentFiles({ memory, extensionUri }: TrainServices): string[] {
  return remembered(memory).recent.filter((file) => file !== sampleRecipe(extensionUri) && existsSync(file));
}

async function workspaceChoices(
  recent: readonly string[],
  closed: vscode.CancellationToken,
): Promise<Choice<string>[]> {
  const find = async (pattern: string): Promise<string[]> =>
    (await vscode.workspace.findFiles(pattern, passedOver, mostFiles, closed)).map(({ fsPath }) => fsPath);
  const [tables, objects] = await Promise.all([find('**/*.{jsonl,csv,tsv}'), find('**/*.json')]);
  const found = [...tables, ...objects].filter((file) => !recent.includes(file)).sort(byLikelihood);
  const cut = vscode.l10n.t('$(info) Only the first {count} files are listed', { count: wholeNumber(mostFiles) });
  return [
    ...listed(vscode.l10n.t('data files'), found.filter(mayHoldRows)),
    ...(tables.length === mostFiles || objects.length === mostFiles ? [{ label: cut }] : []),
    ...listed(
      vscode.l10n.t('recipes'),
      found.filter((file) => file.endsWith(recipeEnding)),
    ),
  ];
}

function fixedChoices({ extensionUri }: TrainServices): Choice<string | typeof browse>[] {
  return [
    separator(''),
    {
      label: vscode.l10n.t('$(beaker) The sample'),
      description: vscode.l10n.t('support tickets in four queues, about a minute'),
      value: sampleRecipe(extensionUri),
    },
    { label: vscode.l10n.t('$(folder-opened) Browse…'), value: browse },
  ];
}

function fileChoice(file: string): Choice<string> {
  const icon = file.endsWith(recipeEnding) ? '$(notebook)' : '$(table)';
  const folder = dirname(vscode.workspace.asRelativePath(file));
  return { label: `${icon} ${basename(file)}`, description: folder === '.' ? '' : folder, value: file };
}

function listed(heading: string, files: readonly string[]): Choice<string>[] {
  return files.length === 0 ? [] : [separator(heading), ...files.map(fileChoice)];
}

const browseForData = (): Promise<string | undefined> =>
  browseFor(
    {
      files: {
        [vscode.l10n.t('Data and recipes')]: ['jsonl', 'json', 'csv', 'tsv'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    },
    vscode.l10n.t('Rows to train on, or a recipe'),
  );
