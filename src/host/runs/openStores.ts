import * as vscode from 'vscode';
import type { RunControl, RunsChange, Stores } from '../services.js';
import type { FollowedStores, FollowOptions } from './followStores.js';

/** The stores of this window, and their runs. Empty until they are first asked for something, when the code that reads them is loaded. */
export function openStores(
  options: Omit<FollowOptions, 'promptsChanged' | 'ensemblesChanged' | 'runsChanged'>,
): Stores & RunControl & vscode.Disposable {
  const promptsChanged = new vscode.EventEmitter<void>();
  const ensemblesChanged = new vscode.EventEmitter<void>();
  const runsChanged = new vscode.EventEmitter<RunsChange>();
  let followed: FollowedStores | undefined;
  let loading: Promise<FollowedStores> | undefined;
  const stores = (): Promise<FollowedStores> =>
    (loading ??= import('./followStores.js').then(
      ({ followStores }) => (followed = followStores({ ...options, promptsChanged, ensemblesChanged, runsChanged })),
    ));
  const refresh = async (): Promise<void> => (await stores()).refresh();
  let firstRead: Promise<void> | undefined;
  return {
    get folders() {
      return followed?.folders ?? [];
    },
    get prompts() {
      return followed?.prompts ?? [];
    },
    get groupSets() {
      return followed?.groupSets ?? [];
    },
    get ensembles() {
      return followed?.ensembles ?? [];
    },
    get runs() {
      return followed?.runs ?? [];
    },
    onDidChangePrompts: promptsChanged.event,
    onDidChangeEnsembles: ensemblesChanged.event,
    onDidChangeRuns: runsChanged.event,
    history: async (folder) => (await stores()).history(folder),
    ready: () => (firstRead ??= refresh()),
    refresh,
    start: async (request) => (await stores()).start(request),
    resume: async (folder) => (await stores()).resume(folder),
    pause: async (folder) => (await stores()).pause(folder),
    continue: async (folder) => (await stores()).continue(folder),
    stop: async (folder) => (await stores()).stop(folder),
    dispose: () => {
      void loading?.then((stores) => stores.dispose());
      promptsChanged.dispose();
      ensemblesChanged.dispose();
      runsChanged.dispose();
    },
  };
}
