import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../errors/softpromptError.js';
import type { RunEvent } from '../../protocol/events.js';
import { recipeName } from '../../protocol/parseRecipe.js';
import { isLive } from '../../protocol/runState.js';
import { listGroupSets, listPrompts, listRuns, type Listed } from '../../store/catalogue.js';
import type { Ensemble } from '../../store/ensembleFolder.js';
import { listEnsembles } from '../../store/ensembles.js';
import type { GroupSet } from '../../store/groupSet.js';
import type { PromptSummary } from '../../store/promptFolder.js';
import { runFile } from '../../store/runFiles.js';
import { createRun, queueRun, readRun, writeRunStatus, type Run } from '../../store/runFolder.js';
import { connectToRun, type RunConnection } from '../process/runConnection.js';
import { noteDeath, startRun, type ProcessSettings } from '../process/startRun.js';
import type { FollowedRun, RunControl, RunsChange, Stores } from '../services.js';
import { openEventTail, type EventTail } from './eventTail.js';

/** Live runs are looked at this often at least; their processes also say when there is more. */
const pollMs = 1000;
/** Messages that follow each other faster are taken together. */
const gatherMs = 100;
/** How long the signal that ended a process of ours may come after its connection closed. */
const exitMs = 500;

interface Tracked {
  run: FollowedRun;
  tail: EventTail;
  connection?: RunConnection;
  connecting?: boolean;
}

export interface FollowOptions {
  storeFolders(): Promise<readonly string[]>;
  processSettings(): ProcessSettings;
  readonly log: vscode.LogOutputChannel;
  readonly promptsChanged: vscode.EventEmitter<void>;
  readonly ensemblesChanged: vscode.EventEmitter<void>;
  readonly runsChanged: vscode.EventEmitter<RunsChange>;
}
export type FollowedStores = Omit<Stores, 'onDidChangePrompts' | 'onDidChangeEnsembles' | 'onDidChangeRuns' | 'ready'> &
  RunControl &
  vscode.Disposable;

/** Follows the prompts, ensembles and runs of this window's stores, and speaks with the processes of runs. */
export function followStores({
  storeFolders,
  processSettings,
  log,
  promptsChanged,
  ensemblesChanged,
  runsChanged,
}: FollowOptions): FollowedStores {
  const tracked = new Map<string, Tracked>();
  const exits = new Map<string, NodeJS.Signals | null>();
  let folders: readonly string[] = [];
  let prompts: readonly (Listed<PromptSummary> & { readonly store: string })[] = [];
  let groupSets: readonly (Listed<GroupSet> & { readonly store: string })[] = [];
  let ensembles: readonly (Listed<Ensemble> & { readonly store: string })[] = [];
  let runs: readonly (Listed<Run> & { readonly store: string })[] = [];
  let watchers: vscode.Disposable[] = [];
  let disposed = false;

  const soon = gather(gatherMs, () => refresh());
  const timer = setInterval(() => {
    for (const { run } of tracked.values()) if (isLive(run.state)) poke(run.folder);
  }, pollMs);

  const watch = (stores: readonly string[]): void => {
    watchers.forEach((watcher) => void watcher.dispose());
    watchers = stores.flatMap((store) => {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(store), '{prompts,ensembles,runs}/**');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return [watcher, watcher.onDidCreate(soon), watcher.onDidDelete(soon), watcher.onDidChange(soon)];
    });
  };

  let refreshing: Promise<void> | undefined;
  const refresh = (): Promise<void> => (refreshing ??= refreshNow().finally(() => (refreshing = undefined)));
  const refreshNow = async (): Promise<void> => {
    const stores = await storeFolders();
    if (stores.join('\n') !== folders.join('\n')) watch(stores);
    folders = stores;
    const inStores = async <T>(list: (store: string) => Promise<Listed<T>[]>) =>
      (await Promise.all(folders.map(async (store) => (await list(store)).map((one) => ({ ...one, store }))))).flat();
    const oldPrompts = JSON.stringify([prompts, groupSets]);
    prompts = await inStores(listPrompts);
    groupSets = await inStores(listGroupSets);
    const oldEnsembles = JSON.stringify(ensembles);
    ensembles = await inStores(listEnsembles);
    const oldRuns = runs.map(({ folder }) => folder).join('\n');
    runs = newestFirst(await inStores(listRuns));
    for (const listed of runs) if ('value' in listed) await follow(listed.store, listed.value);
    const listedFolders = new Set(runs.map(({ folder }) => folder));
    for (const folder of tracked.keys()) if (!listedFolders.has(folder)) forget(folder);
    if (JSON.stringify([prompts, groupSets]) !== oldPrompts) promptsChanged.fire();
    if (JSON.stringify(ensembles) !== oldEnsembles) ensemblesChanged.fire();
    if (runs.map(({ folder }) => folder).join('\n') !== oldRuns) runsChanged.fire({ from: 0 });
  };

  const forget = (folder: string): void => {
    tracked.get(folder)?.connection?.dispose();
    tracked.delete(folder);
  };

  /** Takes in how a run stands now, and tells it where that is news. */
  const follow = async (store: string, now: Run): Promise<void> => {
    const { folder } = now;
    const known = tracked.get(folder);
    const before = known?.run;
    if (before && !isLive(before.state) && sameStatus(before, now)) return;
    const tail = known?.tail ?? openEventTail(runFile(folder, 'events'));
    const from = await tail.read().catch((error: unknown) => {
      log.warn(String(error));
      return undefined;
    });
    if (disposed) return;
    const entry: Tracked = known ?? { run: { ...now, store, events: [], controllable: false }, tail };
    tracked.set(folder, entry);
    entry.run = {
      ...now,
      store,
      events: isLive(now.state) ? tail.events : withoutSteps(tail.events),
      controllable: entry.connection !== undefined,
    };
    if (isLive(now.state)) void connect(entry);
    else entry.tail = openEventTail(runFile(folder, 'events'));
    if (now.state === 'interrupted') return buryRun(folder);
    if (from !== undefined || !before || !sameStatus(before, now))
      runsChanged.fire({ run: entry.run, from: from ?? tail.events.length });
  };

  const poking = new Map<string, () => void>();
  const poke = (folder: string): void => {
    let gathered = poking.get(folder);
    if (!gathered) {
      gathered = gather(gatherMs, () => followAgain(folder));
      poking.set(folder, gathered);
    }
    gathered();
  };
  const followAgain = async (folder: string): Promise<void> => {
    const entry = tracked.get(folder);
    if (!entry || disposed) return;
    const before = entry.run.state;
    const now = await readRun(folder).catch((error: unknown) => {
      log.warn(String(error));
      return undefined;
    });
    if (!now) return refresh();
    await follow(entry.run.store, now);
    if (isLive(before) && !isLive(now.state)) await refresh();
  };

  const connect = async (entry: Tracked): Promise<void> => {
    if (entry.connection || entry.connecting) return;
    entry.connecting = true;
    const { folder } = entry.run;
    const connection = await connectToRun(folder, {
      onChange: () => poke(folder),
      onClose: () => {
        delete entry.connection;
        poke(folder);
      },
    }).catch((error: unknown) => {
      log.warn(String(error));
      return undefined;
    });
    entry.connecting = false;
    if (!connection) return;
    if (disposed) return connection.dispose();
    entry.connection = connection;
    entry.run = { ...entry.run, controllable: true };
    runsChanged.fire({ run: entry.run, from: entry.tail.events.length });
  };

  /** A process that is gone without a word: why, as far as can be known, is noted in the run's status. */
  const buryRun = async (folder: string): Promise<void> => {
    if (tracked.get(folder)?.run.controllable && !exits.has(folder))
      await new Promise((resolve) => setTimeout(resolve, exitMs));
    await noteDeath(folder, exits.get(folder) ?? null);
    exits.delete(folder);
    poke(folder);
  };

  const launch = async (folder: string): Promise<void> => {
    exits.delete(folder);
    try {
      await startRun(folder, processSettings(), (signal) => {
        exits.set(folder, signal);
        poke(folder);
      });
    } catch (error) {
      if (error instanceof SoftpromptError) {
        const { status } = await readRun(folder);
        await writeRunStatus(folder, { ...status, state: 'failed', error: error.toMessage() });
      }
      throw error;
    } finally {
      await refresh();
    }
  };
  const ask = async (folder: string, request: 'pause' | 'continue' | 'stop'): Promise<void> => {
    const connection = tracked.get(folder)?.connection;
    if (!connection) throw new SoftpromptError('run.notReachable', { run: basename(folder) });
    await connection[request]();
    poke(folder);
  };

  return {
    get folders() {
      return folders;
    },
    get prompts() {
      return prompts;
    },
    get groupSets() {
      return groupSets;
    },
    get ensembles() {
      return ensembles;
    },
    get runs() {
      return runs.flatMap((listed): (Listed<FollowedRun> & { readonly store: string })[] => {
        if ('damage' in listed) return [listed];
        const { folder, store } = listed;
        const entry = tracked.get(folder);
        return entry ? [{ folder, store, value: entry.run }] : [];
      });
    },
    history: async (folder) => {
      const entry = tracked.get(folder);
      if (entry && isLive(entry.run.state)) return entry.tail.events;
      const tail = openEventTail(runFile(folder, 'events'));
      await tail.read();
      return tail.events;
    },
    refresh,
    async start({ recipe, recipeFile, store }) {
      const folder = await createRun(store, { name: recipeName(recipe, recipeFile), recipe, recipeFile }, 0);
      await launch(folder);
      return folder;
    },
    async resume(folder) {
      await queueRun(folder);
      await launch(folder);
    },
    pause: (folder) => ask(folder, 'pause'),
    continue: (folder) => ask(folder, 'continue'),
    stop: (folder) => ask(folder, 'stop'),
    dispose() {
      disposed = true;
      clearInterval(timer);
      for (const folder of [...tracked.keys()]) forget(folder);
      for (const watcher of watchers) watcher.dispose();
    },
  };
}

const newestFirst = <T extends Listed<Run>>(runs: readonly T[]): T[] => {
  const started = (run: Listed<Run>): string => ('value' in run ? run.value.status.started : '');
  return [...runs].sort((a, b) => started(b).localeCompare(started(a)));
};

const sameStatus = (a: Run, b: Run): boolean =>
  a.state === b.state && JSON.stringify(a.status) === JSON.stringify(b.status);

/** What lists need of a run that has ended; thousands of steps stay on disk. */
function withoutSteps(events: readonly RunEvent[]): RunEvent[] {
  const last = events.findLast((event) => event.type === 'step');
  return events.filter((event) => event.type !== 'step' || event === last);
}

/** Calls at most every `ms`, and once more after the last request; never two at a time. */
function gather(ms: number, act: () => Promise<void>): () => void {
  let due: NodeJS.Timeout | undefined;
  let again = false;
  let busy = false;
  const run = (): void => {
    due = undefined;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    void act().finally(() => {
      busy = false;
      if (again) {
        again = false;
        request();
      }
    });
  };
  const request = (): void => {
    due ??= setTimeout(run, ms);
  };
  return request;
}
