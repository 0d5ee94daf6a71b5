import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { EventOf, RunEvent } from '../protocol/events.js';
import { trainsPrompt } from '../protocol/recipe.js';
import { weightsFile } from '../store/adapterWeights.js';
import { listPrompts } from '../store/catalogue.js';
import { readEvents } from '../store/eventLog.js';
import { isErrno } from '../store/fileErrors.js';
import { loadPrompt, summarisePrompt, type PromptSummary } from '../store/promptFolder.js';
import { readRun } from '../store/runFolder.js';
import { runFile } from '../store/runFiles.js';
import { sha256OfFile } from '../store/sha256.js';
import type { DataFile, PromptRecord, RunReport, ToldOfRun } from './content.js';

/** All of a run that its folder keeps, in whatever state it is. Throws `store.noRun`, `store.badRun` or `store.unreadable`. */
export async function readRunReport(folder: string): Promise<RunReport> {
  const { id, recipe, status, state } = await readRun(folder);
  const events = await readEvents(runFile(folder, 'events'));
  const end = events.findLast((event) => event.type === 'end');
  const prompt =
    end && trainsPrompt(recipe.method) && (await promptOfRun(folder, status.promptFolder ?? end.folder, end));
  return {
    kind: 'run',
    id,
    name: status.name,
    state,
    started: status.started,
    ...(status.error && { problem: status.error }),
    recipe,
    told: toldOf(events),
    ...(end && { outcome: end }),
    data: await dataFiles(events, dirname(status.recipeFile), status.started),
    ...(prompt && { prompt }),
  };
}

/**
 * A run as the prompt that it made keeps it, whose own folder may be gone. Throws `store.noHistory` for a prompt that was not trained here,
 * and what `loadPrompt` throws.
 */
export async function readPromptReport(folder: string, workspace: string): Promise<RunReport> {
  const { details, recipe, history, nearest } = await loadPrompt(folder);
  if (!details || !recipe || !history) throw new SoftpromptError('store.noHistory', { prompt: folder });
  const { name, created, training } = details;
  const started = new Date(Date.parse(created) - training.seconds * 1000).toISOString();
  const { steps: step, bestStep, seconds } = training;
  return {
    kind: 'run',
    id: name,
    name,
    state: 'finished',
    started,
    recipe,
    told: { ...toldOf(history), ...(nearest && { nearest }) },
    outcome: { step, bestStep, seconds },
    data: await dataFiles(history, workspace, started),
    prompt: await recordOf(folder, { name, details }),
  };
}

function toldOf(events: readonly RunEvent[]): ToldOfRun {
  const of = <T extends RunEvent['type']>(type: T): EventOf<T>[] =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const [start, nearest] = [of('start').at(-1), of('nearest').at(-1)];
  return {
    ...(start && { start }),
    steps: of('step'),
    evaluations: of('evaluation'),
    designs: of('design'),
    notices: of('notice'),
    ...(nearest && { nearest: nearest.tokens }),
  };
}

/** The prompt of a run: where it was saved, or wherever it was renamed to; not one of the same name that another run made. */
async function promptOfRun(runFolder: string, saved: string, end: EventOf<'end'>): Promise<PromptRecord | undefined> {
  const isOurs = ({ details }: PromptSummary): boolean =>
    details?.training.seconds === end.seconds && details.training.bestStep === end.bestStep;
  const first = await summarisePrompt(saved).catch((error: unknown) => {
    if (!(error instanceof SoftpromptError)) throw error;
    return undefined;
  });
  if (first && isOurs(first)) return recordOf(saved, first);
  const store = dirname(dirname(runFolder));
  for (const listed of await listPrompts(store))
    if ('value' in listed && isOurs(listed.value)) return recordOf(listed.folder, listed.value);
  return undefined;
}

async function recordOf(
  folder: string,
  { name, details }: Pick<PromptSummary, 'name' | 'details'>,
): Promise<PromptRecord> {
  return {
    name,
    checksum: await sha256OfFile(join(folder, weightsFile)),
    modelChecksum: details?.model.checksum ?? '',
    versions: details?.versions ?? {},
  };
}

async function dataFiles(events: readonly RunEvent[], folder: string, started: string): Promise<DataFile[]> {
  const files: DataFile[] = [];
  for (const event of events) {
    if (event.type !== 'data') continue;
    const { split, source, rows, cutRows, tokens } = event;
    const now = await fileNow(source.path, started);
    files.push({ split, path: shownPath(source.path, folder), rows, cutRows, tokens, ...(now && { now }) });
  }
  return files;
}

async function fileNow(path: string, started: string): Promise<DataFile['now']> {
  try {
    const { mtimeMs } = await stat(path);
    return { checksum: await sha256OfFile(path), changedSince: mtimeMs > Date.parse(started) };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EISDIR')) return undefined;
    throw error;
  }
}

/** With slashes on every system, as a recipe has it. */
function shownPath(path: string, folder: string): string {
  const below = relative(folder, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below.replaceAll('\\', '/');
}
