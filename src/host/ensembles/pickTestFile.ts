import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetSource } from '../../protocol/dataset.js';
import { recipeSchema } from '../../protocol/recipe.js';
import { badPrompt } from '../../store/adapterConfig.js';
import { promptRecipeFile } from '../../store/promptFolder.js';
import { readJsonIfPresent } from '../../store/readJson.js';
import { outlivesFocus } from '../asking.js';
import type { Stores } from '../services.js';
import { byLikelihood, mayHoldRows } from '../train/dataFiles.js';
import type { WholeEnsemble } from './registerEnsembles.js';

/** As many files as a list can be looked through. */
const mostFiles = 500;

interface FileItem extends vscode.QuickPickItem {
  readonly source?: DatasetSource;
}

/** Which rows to score: the recipe's test rows first, then where it ran last, then what the workspace has. */
export async function pickTestFile(ensemble: WholeEnsemble, stores: Stores): Promise<DatasetSource | undefined> {
  const title = vscode.l10n.t('Run {name} on a File', { name: ensemble.value.name });
  const browse: FileItem = { label: vscode.l10n.t('$(folder-opened) Browse…') };
  const items = fileItems(ensemble, stores).then((found) => [...found, browse]);
  const answer = await vscode.window.showQuickPick<FileItem>(items, {
    title,
    placeHolder: vscode.l10n.t('A file with the columns of the training data'),
    matchOnDescription: true,
    ...outlivesFocus,
  });
  if (answer !== browse) return answer?.source;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: vscode.l10n.t('Run'),
      filters: { [vscode.l10n.t('Rows')]: ['jsonl', 'ndjson', 'json', 'csv', 'tsv'] },
    })) ?? [];
  return chosen && { path: chosen.fsPath };
}

async function fileItems(ensemble: WholeEnsemble, stores: Stores): Promise<FileItem[]> {
  const { results } = ensemble.value;
  const named = await namedSources(ensemble, stores);
  const last = results && existsSync(results.file) ? [{ path: results.file }] : [];
  const uris = await vscode.workspace.findFiles(
    '**/*.{jsonl,csv,tsv,json}',
    '**/{node_modules,.softprompt,.git}/**',
    mostFiles,
  );
  const found = uris.map(({ fsPath }) => fsPath).filter(mayHoldRows);
  const known = new Set<string>();
  const items = [
    ...named.map(({ source, split }): [DatasetSource, string] => [source, splitWords(split)]),
    ...last.map((source): [DatasetSource, string] => [source, vscode.l10n.t('where it ran last')]),
    ...found.sort(byLikelihood).map((path): [DatasetSource, string] => [{ path }, '']),
  ];
  return items.flatMap(([source, detail]) => {
    if (known.has(source.path)) return [];
    known.add(source.path);
    const label = `$(file) ${vscode.workspace.asRelativePath(source.path)}`;
    return [{ label, source, ...(detail !== '' && { description: detail }) }];
  });
}

const splitWords = (split: 'test' | 'dev'): string =>
  split === 'test' ? vscode.l10n.t('the recipe’s test rows') : vscode.l10n.t('the recipe’s dev rows');

interface NamedSource {
  readonly split: 'test' | 'dev';
  readonly source: DatasetSource;
}

/** What the recipe of the first member names, where that is still there. */
async function namedSources({ store, value }: WholeEnsemble, { runs }: Stores): Promise<NamedSource[]> {
  const [first] = value.members;
  if (!first) return [];
  const recipe = await readJsonIfPresent(join(first.folder, promptRecipeFile), recipeSchema, badPrompt);
  const run = runs.find((listed) => 'value' in listed && listed.value.status.promptFolder === first.folder);
  // A prompt whose run was deleted was most likely trained from a recipe beside its store.
  const from = run && 'value' in run ? dirname(run.value.status.recipeFile) : dirname(store);
  return (['test', 'dev'] as const).flatMap((split): NamedSource[] => {
    const named = recipe?.data[split];
    if (named === undefined) return [];
    const source = typeof named === 'string' ? { path: named } : named;
    const path = resolve(from, source.path);
    return existsSync(path) ? [{ split, source: { ...source, path } }] : [];
  });
}
