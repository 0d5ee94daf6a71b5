import { basename, join, resolve } from 'node:path';
import type { ErrorArguments } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { findPrompt, listRuns } from '../store/catalogue.js';
import { runFile } from '../store/runFiles.js';
import { kindOf, runsFolder } from '../store/storeLocation.js';
import type { Report, ReportEntry } from './content.js';
import { readPromptReport, readRunReport } from './readRun.js';

/** Something that can be reported: a run by its folder, a prompt by its own. */
export interface Subject {
  /** As it was asked for. */
  readonly name: string;
  readonly read: () => Promise<ReportEntry>;
}

export const runSubject = (folder: string): Subject => ({
  name: basename(folder),
  read: () => readRunReport(folder),
});

/** The finished runs of a store, the newest first, and those that are too damaged to say whether they finished. */
export async function finishedRuns(store: string): Promise<Subject[]> {
  return (await listRuns(store))
    .filter((run) => 'damage' in run || run.value.state === 'finished')
    .map(({ folder }) => runSubject(folder));
}

/** What a person named: a run by its id or folder, a saved prompt by its name or folder. */
export const namedSubject = (store: string, name: string, from: string): Subject => ({
  name,
  read: async () => {
    const inStore = join(runsFolder(store), name);
    if ((await kindOf(inStore)) === 'folder') return readRunReport(inStore);
    const folder = resolve(from, name);
    if ((await kindOf(runFile(folder, 'status'))) === 'file') return readRunReport(folder);
    return readPromptReport(await promptNamed(store, name, from), from);
  },
});

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
