import { isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Recipe } from '../protocol/recipe.js';
import { findStore, homeStore } from '../store/storeLocation.js';

const read = <T>(name: string, fallback: T): T =>
  vscode.workspace.getConfiguration('softprompt').get<T>(name) ?? fallback;

/** What the person has set, read when it is needed. */
export const settings = {
  nodePath: (): string => read('nodePath', ''),
  modelFolders: (): readonly string[] => read<string[]>('modelFolders', []),
  unwatched: (): 'pause' | 'continue' => read<'pause' | 'continue'>('whenWindowCloses', 'pause'),
  /** What a recipe that says nothing gets. */
  trainingDefaults: (): Partial<Pick<Recipe, 'provider' | 'threads'>> => {
    const provider = read<Recipe['provider']>('provider', 'auto');
    const threads = read('threads', 0);
    return { ...(provider !== 'auto' && { provider }), ...(threads > 0 && { threads }) };
  },
};

/** The stores of this window: each workspace folder's, or the user's own where none is open. The first is where new runs go by default. */
export async function storeFolders(): Promise<string[]> {
  const named = read('storeLocation', '');
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  if (named !== '') return [isAbsolute(named) ? named : resolve(folders[0] ?? homeStore(), named)];
  if (folders.length === 0) return [homeStore()];
  return [...new Set(await Promise.all(folders.map((folder) => storeOf(folder))))];
}

/** The store for a file of this window. */
export async function storeFor(file: string): Promise<string> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath;
  if (read('storeLocation', '') !== '' || folder === undefined) {
    const [first] = await storeFolders();
    return first ?? homeStore();
  }
  return storeOf(folder);
}

/** A workspace folder keeps its prompts itself, unless one above it does. */
async function storeOf(folder: string): Promise<string> {
  return vscode.workspace.isTrusted ? findStore(folder) : join(folder, '.softprompt');
}
