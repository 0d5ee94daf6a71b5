import { isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Recipe } from '../protocol/recipe.js';
import { findStore, homeStore } from '../store/storeLocation.js';
import type { TrainingDefaults } from './train/recipeText.js';

const read = <T>(name: string, fallback: T): T =>
  vscode.workspace.getConfiguration('softprompt').get<T>(name) ?? fallback;

/** What the person has set, read when it is needed. */
export const settings = {
  nodePath: (): string => read('nodePath', ''),
  modelFolders: (): readonly string[] => read<string[]>('modelFolders', []),
  unwatched: (): 'pause' | 'continue' => read<'pause' | 'continue'>('whenWindowCloses', 'pause'),
  /** After so many minutes without a question the evaluation process frees its models; 0: never. */
  idleMinutes: (): number => read('evaluation.idleMinutes', 10),
  /** What a recipe that says nothing gets. */
  trainingDefaults: (): TrainingDefaults => {
    const provider = read<Recipe['provider']>('provider', 'auto');
    const threads = read('threads', 0);
    return { ...(provider !== 'auto' && { provider }), ...(threads > 0 && { threads }) };
  },
};

/** The stores of this window: each workspace folder's, or the user's own where none is open; none of a workspace that is not trusted. */
export async function storeFolders(): Promise<string[]> {
  if (!vscode.workspace.isTrusted) return [];
  const named = read('storeLocation', '');
  const folders = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    uri.scheme === 'file' ? [uri.fsPath] : [],
  );
  if (named !== '') return [isAbsolute(named) ? named : resolve(folders[0] ?? homeStore(), named)];
  if (folders.length === 0) return [homeStore()];
  return [...new Set(await Promise.all(folders.map((folder) => findStore(folder))))];
}
