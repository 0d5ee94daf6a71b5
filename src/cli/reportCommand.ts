import * as l10n from '@vscode/l10n';
import { resolve } from 'node:path';
import { describeMessage } from '../errors/catalogue.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import { wholeNumber } from '../protocol/numbers.js';
import { isRun, type Report, type RunReport } from '../reports/content.js';
import { finishedRuns, folderSubject, namedSubject, readReport, tableFolders } from '../reports/readReport.js';
import { writeFileAtomic } from '../store/atomicFile.js';
import { exitCodes, type ExitCode } from './failure.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import { screenOf, styled } from './terminal.js';
import type { CommonOptions, World } from './world.js';

export interface ReportOptions extends CommonOptions {
  readonly out?: string;
  /** Where TensorBoard's event files go. */
  readonly tensorboard?: string;
}

const usualPage = 'softprompt-report.html';

/**
 * Writes one page about runs, saved prompts, sweeps and transfers, or the runs' measurements for TensorBoard, or both; without names, about all. What
 * cannot be reported is said, on the page and here, and makes the exit code that of bad input; nothing is written where nothing can be.
 */
export async function runReport(names: readonly string[], options: ReportOptions, world: World): Promise<ExitCode> {
  const { folder, version } = world;
  const store = await storeOf(options, world);
  const subjects =
    names.length === 0
      ? [...(await tableFolders(store)).map(folderSubject), ...(await finishedRuns(store))]
      : names.map((name) => namedSubject(store, name, folder));
  if (subjects.length === 0) throw new SoftpromptError('store.noFinishedRun', { store });
  const report = await readReport(subjects, { version });
  const runs = report.entries.filter(isRun);
  const tables = report.entries.filter((entry) => entry.kind === 'sweep' || entry.kind === 'transfer');
  const written = runs.length + tables.length > 0 ? await writeReport(report, runs, options, world) : [];

  const unreported = report.entries.filter((entry) => entry.kind === 'unreported');
  if (options.json) {
    const problems = unreported.map(({ name, problem }) => ({ name, ...problem, ...describeMessage(problem) }));
    const named = tables.map(({ kind, table }) => ({ kind, name: table.name }));
    printJson([{ type: 'report', written, runs: runs.map(({ id }) => id), tables: named, problems }], world);
  } else {
    const count = wholeNumber(runs.length);
    const lines = written.map((path) =>
      l10n.t('Wrote {path} (runs: {count})', { path: shortPath(path, folder), count }),
    );
    if (lines.length > 0) print(lines, world);
  }
  tellUnreported(report, world);
  return unreported.length === 0 ? exitCodes.ok : exitCodes.badInput;
}

/** Gives back what was written: the page, the folder of event files. */
async function writeReport(
  report: Report,
  runs: readonly RunReport[],
  { tensorboard, out = tensorboard === undefined ? usualPage : undefined }: ReportOptions,
  { folder }: World,
): Promise<string[]> {
  const written: string[] = [];
  if (out !== undefined) {
    const { reportPage } = await import('../reports/page.js');
    const page = resolve(folder, out);
    await writeFileAtomic(page, reportPage(report));
    written.push(page);
  }
  if (tensorboard !== undefined) {
    const { writeEventFiles } = await import('../reports/tensorboard/writeEventFiles.js');
    const events = resolve(folder, tensorboard);
    await writeEventFiles(events, runs);
    written.push(events);
  }
  return written;
}

function tellUnreported({ entries }: Report, { err }: World): void {
  for (const entry of entries) {
    if (entry.kind !== 'unreported') continue;
    const { message, advice } = describeMessage(entry.problem);
    const title = l10n.t('{name} is not reported.', { name: entry.name });
    err.write(`${styled(screenOf(err), 'yellow', title)} ${message} ${advice}\n`);
  }
}
