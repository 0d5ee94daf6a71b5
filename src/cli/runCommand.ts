import * as l10n from '@vscode/l10n';
import { relative, resolve } from 'node:path';
import { predictionsEnding, writePredictions } from '../data/writePredictions.js';
import type { RunEvent } from '../protocol/events.js';
import { findPrompt, findPrompts, findRun } from '../store/catalogue.js';
import { readEvents } from '../store/eventLog.js';
import { runFile } from '../store/runFiles.js';
import { loadStart } from '../store/promptStart.js';
import { cacheFolder, findStore } from '../store/storeLocation.js';
import { exitCodes, type ExitCode } from './failure.js';
import { reportRun } from './progress.js';
import {
  modelOption,
  recipeFromFile,
  recipeFromOptions,
  type LocatedRecipe,
  type Start,
  type TrainOptions,
} from './recipeOptions.js';
import { diagnosisLines, evaluationLines } from './scoreReport.js';
import { withScoringProgress } from './scoringProgress.js';
import { openDisplay, screenOf } from './terminal.js';
import type { Work } from './work.js';
import type { CommonOptions, EvaluateOptions, World } from './world.js';

export async function runTrain(
  file: string | undefined,
  options: CommonOptions & TrainOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  return trainRecipe(await locateRecipe(file, options, world), options, work, world);
}

/** A recipe, where its paths begin, and the store that its prompt goes into. */
export interface StoredRecipe extends LocatedRecipe {
  readonly store: string;
}

/** The recipe of a file or of the options alone, with the options over it. */
export async function locateRecipe(
  file: string | undefined,
  options: CommonOptions & TrainOptions,
  world: World,
): Promise<StoredRecipe> {
  const { folder } = world;
  const store = await storeOf(options, world);
  const start = options.from === undefined ? undefined : await startFrom(options.from, store, folder);
  const located =
    file === undefined
      ? recipeFromOptions({ ...options, data: options.data ?? '' }, folder, start)
      : await recipeFromFile(file, options, folder, start);
  return { ...located, store };
}

export function trainRecipe(recipe: StoredRecipe, options: CommonOptions, work: Work, world: World): Promise<ExitCode> {
  const request = { ...recipe, cacheFolder: cacheFolder(world.environment), spinning: true };
  return showRun([], options, world, (onEvent) => work.train(request, onEvent, world.signal));
}

/** A saved prompt by name or folder, or an .npy file. Throws what `findPrompt` and `loadStart` throw. */
async function startFrom(from: string, store: string, folder: string): Promise<Start> {
  const path = from.toLowerCase().endsWith('.npy') ? resolve(folder, from) : await findPrompt(store, from, folder);
  const [virtualTokens = 0] = (await loadStart(path)).embeddings.shape;
  return { path, virtualTokens };
}

export async function runResume(
  run: string | undefined,
  options: CommonOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const runFolder = await findRun(await storeOf(options, world), run, world.folder);
  const earlier = options.json ? [] : await readEvents(runFile(runFolder, 'events'));
  const request = { runFolder, cacheFolder: cacheFolder(world.environment), spinning: true };
  return showRun(earlier, options, world, (onEvent) => work.resume(request, onEvent, world.signal));
}

export async function runEvaluate(
  prompt: string,
  file: string,
  options: EvaluateOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const { folder, environment, out, err, signal } = world;
  const { model, threads, provider, maxRows, baseline, examples, instruction, against, generate, ranking, seed } =
    options;
  const { unknownGroups } = options;
  const store = await storeOf(options, world);
  if (options.export !== undefined) predictionsEnding(options.export);
  const request = {
    promptFolder: await findPrompts(store, prompt, folder),
    file: { path: resolve(folder, file) },
    cacheFolder: cacheFolder(environment),
    spinning: true,
    baseline: baseline === 'on',
    ...(model !== undefined && { model: modelOption(model, folder) }),
    ...(threads !== undefined && { threads }),
    ...(provider !== undefined && { provider }),
    ...(maxRows !== undefined && { maxRows }),
    ...(examples !== undefined && { examples }),
    ...(instruction !== undefined && { instruction: instruction.replaceAll('\\n', '\n') }),
    ...(against !== undefined && { against: await findPrompts(store, against, folder) }),
    ...(generate !== undefined && { generate }),
    ...(ranking !== undefined && { ranking }),
    ...(seed !== undefined && { seed }),
    ...(unknownGroups !== undefined && { unknownGroups }),
  };
  const result = await withScoringProgress(err, (onProgress) => work.evaluate(request, onProgress, signal));
  const { rows, ...scores } = result;
  if (options.export !== undefined) await writePredictions(resolve(folder, options.export), rows);
  if (options.json) printJson([...rows.map((row) => ({ type: 'row', ...row })), { type: 'scores', ...scores }], world);
  else print(evaluationLines(result, file, screenOf(out)), world);
  return exitCodes.ok;
}

export async function runDoctor(options: CommonOptions, work: Work, world: World): Promise<ExitCode> {
  const { folder, environment, out } = world;
  const diagnosis = await work.doctor({ cacheFolder: cacheFolder(environment), folders: [folder] });
  if (options.json) printJson([diagnosis], world);
  else print(diagnosisLines(diagnosis, screenOf(out)), world);
  return exitCodes.ok;
}

/** Shows a run's events while it works, as lines for a person or as JSON. */
async function showRun(
  earlier: readonly RunEvent[],
  options: CommonOptions,
  world: World,
  run: (onEvent: (event: RunEvent) => void) => ReturnType<Work['train']>,
): Promise<ExitCode> {
  const display = openDisplay(world.out);
  const report = reportRun(() => screenOf(world.out), earlier);
  const show = (event: RunEvent): void => {
    if (options.json) printJson([event], world);
    else display.print(report.add(withShortPaths(event, world.folder)), report.status());
  };
  if (!options.json) display.print([], l10n.t('Reading model and data…'));
  try {
    const { reason } = await run(show);
    return reason === 'stopped' ? exitCodes.stopped : exitCodes.ok;
  } finally {
    display.close();
  }
}

function withShortPaths(event: RunEvent, folder: string): RunEvent {
  const short = (path: string): string => shortPath(path, folder);
  if (event.type === 'end') return { ...event, folder: short(event.folder) };
  if (event.type === 'data') return { ...event, source: { ...event.source, path: short(event.source.path) } };
  return event;
}

/** A path below the current folder as a person would type it. */
export function shortPath(path: string, folder: string): string {
  const below = relative(folder, path);
  return below === '' || below.startsWith('..') ? path : below;
}

export async function storeOf({ store }: CommonOptions, { folder, environment }: World): Promise<string> {
  return store === undefined ? findStore(folder, environment) : resolve(folder, store);
}

export function print(lines: readonly string[], { out }: World): void {
  out.write(`${lines.join('\n')}\n`);
}

export function printJson(values: readonly unknown[], { out }: World): void {
  for (const value of values) out.write(`${JSON.stringify(value)}\n`);
}
