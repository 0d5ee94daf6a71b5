import { basename, dirname, join, resolve } from 'node:path';
import { defined } from '../common/assert.js';
import type { ErrorArguments } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { findPrompt, foldersIn, listRuns } from '../store/catalogue.js';
import { runFile } from '../store/runFiles.js';
import { kindOf, runsFolder, sweepsFolder, transfersFolder } from '../store/storeLocation.js';
import { readTable } from '../store/sweepFolder.js';
import { readTransferTable } from '../store/transferFolder.js';
import type { Report, ReportEntry, SweepReport, TransferReport } from './content.js';
import { readPromptReport, readRunReport } from './readRun.js';

/** Something that can be reported. */
export interface Subject {
  /** As it was asked for. */
  readonly name: string;
  readonly read: () => Promise<ReportEntry>;
}

/** A run, a sweep or a transfer by its folder. */
export const folderSubject = (folder: string): Subject => ({
  name: basename(folder),
  read: () => (isTableFolder(folder) ? readTableReport(folder) : readRunReport(folder)),
});

/** The finished runs of a store, the newest first, and those that are too damaged to say whether they finished. */
export async function finishedRuns(store: string): Promise<Subject[]> {
  return (await listRuns(store))
    .filter((run) => 'damage' in run || run.value.state === 'finished')
    .map(({ folder }) => folderSubject(folder));
}

/** The folders of a store's sweeps and transfers, in the order of their names. */
export async function tableFolders(store: string): Promise<string[]> {
  const folders = [...(await foldersIn(sweepsFolder(store))), ...(await foldersIn(transfersFolder(store)))];
  const there = await Promise.all(folders.map(holdsTable));
  return folders.filter((_, i) => there[i]);
}

/** What a person named: a run by its id or folder, a saved prompt, a sweep or a transfer by its name or folder. */
export const namedSubject = (store: string, name: string, from: string): Subject => ({
  name,
  read: async () => {
    const inStore = join(runsFolder(store), name);
    if ((await kindOf(inStore)) === 'folder') return readRunReport(inStore);
    const folder = resolve(from, name);
    if ((await kindOf(runFile(folder, 'status'))) === 'file') return readRunReport(folder);
    if (await holdsTable(folder)) return readTableReport(folder);
    try {
      return await readPromptReport(await promptNamed(store, name, from), from);
    } catch (error) {
      if (!(error instanceof SoftpromptError) || error.code !== 'store.noRunOrPrompt') throw error;
      for (const parent of [sweepsFolder(store), transfersFolder(store)])
        if (await holdsTable(join(parent, name))) return readTableReport(join(parent, name));
      throw error;
    }
  },
});

/** A sweep or a transfer lies in a folder of its kind. */
const isTableFolder = (folder: string): boolean => ['sweeps', 'transfers'].includes(basename(dirname(folder)));
const holdsTable = async (folder: string): Promise<boolean> =>
  isTableFolder(folder) && (await kindOf(join(folder, 'table.json'))) === 'file';

async function readTableReport(folder: string): Promise<SweepReport | TransferReport> {
  if (basename(dirname(folder)) === 'transfers') return { kind: 'transfer', table: await readTransferTable(folder) };
  return { kind: 'sweep', table: defined(await readTable(folder), 'the table of a sweep') };
}

async function promptNamed(store: string, name: string, from: string): Promise<string> {
  try {
    return await findPrompt(store, name, from);
  } catch (error) {
    if (!(error instanceof SoftpromptError) || error.code !== 'store.noPrompt') throw error;
    const { nearest } = error.args as ErrorArguments<'store.noPrompt'>;
    throw new SoftpromptError('store.noRunOrPrompt', { name, store, nearest }, { cause: error });
  }
}

/** Reads one after the other; what cannot be read is said in its place, and takes none of the others with it. */
export async function readReport(
  subjects: readonly Subject[],
  { version, at = new Date() }: { readonly version: string; readonly at?: Date },
): Promise<Report> {
  const entries: ReportEntry[] = [];
  for (const { name, read } of subjects) {
    try {
      entries.push(await read());
    } catch (error) {
      if (!(error instanceof SoftpromptError)) throw error;
      entries.push({ kind: 'unreported', name, problem: error.toMessage() });
    }
  }
  return { created: at.toISOString(), version, entries };
}
