import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { EvaluateRequest } from '../evaluation/evaluatePrompt.js';
import type { MetricName } from '../protocol/events.js';
import { fitName } from '../protocol/parseRecipe.js';
import { presetMetrics } from '../protocol/presets.js';
import { metricsFor } from '../protocol/promptTest.js';
import type { Ranking } from '../protocol/recipe.js';
import {
  summariseTransfer,
  type TransferScore,
  type TransferSource,
  type TransferTable,
} from '../protocol/transferTable.js';
import { weightsFile } from '../store/adapterWeights.js';
import { findPrompt } from '../store/catalogue.js';
import { summarisePrompt } from '../store/promptFolder.js';
import { sha256OfFile } from '../store/sha256.js';
import { cacheFolder } from '../store/storeLocation.js';
import {
  keepScore,
  readKeptScore,
  transferCsvFile,
  transferFolderOf,
  writeTransferTable,
} from '../store/transferFolder.js';
import { exitCodes, type ExitCode } from './failure.js';
import { print, printJson, shortPath, storeOf } from './runCommand.js';
import { withScoringProgress } from './scoringProgress.js';
import { trainRuns, type SweepOptions } from './sweepCommand.js';
import { screenOf } from './terminal.js';
import { plannedPairs, plannedSets, plannedSource, type PlannedPair, type PlannedSource } from './transferPlan.js';
import { scoreLine, transferLines } from './transferReport.js';
import type { Work } from './work.js';
import type { World } from './world.js';

export interface TransferOptions extends Omit<SweepOptions, 'slurm' | 'sbatch'> {
  readonly to?: readonly string[];
  readonly name?: string;
  readonly metric?: MetricName;
  readonly generate?: number;
  readonly maxRows?: number;
  readonly ranking?: Ranking;
  readonly baseline: 'on' | 'off';
}

/** A prompt at hand. */
interface Prompt {
  readonly name: string;
  readonly folder: string;
}

/**
 * Trains what is not trained yet of recipes, and scores every prompt on its own test rows and on other sets, without training there. What was
 * scored once is not scored again.
 */
export async function runTransfer(
  names: readonly string[],
  options: TransferOptions,
  work: Work,
  world: World,
): Promise<ExitCode> {
  const store = await storeOf(options, world);
  const training: SweepOptions = { ...options, sbatch: [] };
  const sources: PlannedSource[] = [];
  for (const name of names) sources.push(await plannedSource(name, store, training, world));
  refuseSameNames(sources, names);
  const metric = metricOf(sources, options);
  const pairs = await plannedPairs(sources, await plannedSets(sources, options.to ?? [], world));

  const prompts = new Map<PlannedSource, Prompt[]>();
  for (const source of sources) prompts.set(source, await promptsOf(source, store, training, work, world));
  const isWhole = [...prompts].every(
    ([{ made }, found]) => !('sweep' in made) || found.length === made.sweep.runs.length,
  );
  const name = options.name ?? fitName(sources.map((source) => source.name).join('-'));
  const folder = transferFolderOf(store, name);
  const table = tableOf(name, metric, pairs, prompts);
  const scores: TransferScore[] = [];
  const filled = (): TransferTable => ({ ...table, scores });
  for (const pair of pairs) {
    for (const [i, prompt] of (prompts.get(pair.source) ?? []).entries()) {
      if (world.signal.aborted) return exitCodes.stopped;
      const score = await scored(
        { pair, prompt, bare: options.baseline === 'on' && i === 0 },
        store,
        folder,
        options,
        work,
        world,
      );
      scores.push({ source: pair.source.name, prompt: prompt.name, set: pair.set.name, ...score });
      await writeTransferTable(store, folder, filled());
      const told = scores.at(-1);
      if (options.json) printJson([{ type: 'transferScore', ...told }], world);
      else if (told) print([scoreLine(told, metric)], world);
    }
  }
  await writeTransferTable(store, folder, filled());
  if (options.json) printJson([{ type: 'transfer', folder, ...filled(), summary: summariseTransfer(filled()) }], world);
  else {
    const saved = l10n.t('Saved in {folder}', { folder: shortPath(transferCsvFile(folder), world.folder) });
    print(['', ...transferLines(filled(), screenOf(world.out)), '', saved], world);
  }
  return isWhole ? exitCodes.ok : exitCodes.failed;
}

function refuseSameNames(sources: readonly PlannedSource[], asked: readonly string[]): void {
  sources.forEach(({ name }, i) => {
    const before = sources.findIndex((other) => other.name === name);
    if (before < i)
      throw new SoftpromptError('transfer.sameName', { name, first: asked[before] ?? '', second: asked[i] ?? '' });
  });
}

/** The one asked for; where texts are written the preset's own; else what is told of rows without writing. */
function metricOf(sources: readonly PlannedSource[], { metric, generate }: TransferOptions): MetricName {
  const task = sources.find((source) => source.task)?.task;
  const kind = task?.task ?? 'classification';
  const known = metricsFor(kind).filter(
    (each) => kind === 'classification' || generate !== undefined || each === 'perplexity',
  );
  if (metric !== undefined && !known.includes(metric))
    throw new SoftpromptError('transfer.metric', { metric, known: known.join(', ') });
  if (metric !== undefined) return metric;
  if (kind === 'classification') return 'accuracy';
  if (generate === undefined) return 'perplexity';
  return task?.preset === undefined ? 'exactMatch' : presetMetrics[task.preset][0];
}

/** A source's prompts, trained where they are not yet; without those whose runs failed, as was told. */
async function promptsOf(
  { made }: PlannedSource,
  store: string,
  options: SweepOptions,
  work: Work,
  world: World,
): Promise<Prompt[]> {
  if ('folder' in made) return [{ name: (await summarisePrompt(made.folder)).name, folder: made.folder }];
  const { results } = await trainRuns(made.sweep, store, options, work, world);
  const prompts: Prompt[] = [];
  for (const { name, state } of results)
    if (state === 'finished') prompts.push({ name, folder: await findPrompt(store, name, store) });
  return prompts;
}

function tableOf(
  name: string,
  metric: MetricName,
  pairs: readonly PlannedPair[],
  prompts: ReadonlyMap<PlannedSource, readonly Prompt[]>,
): TransferTable {
  const sources = [...prompts].map(([source, made]): TransferSource => {
    const own = pairs.find((pair) => pair.source === source && pair.isInDomain)?.set.name;
    return {
      name: source.name,
      prompts: made.map((prompt) => prompt.name),
      ...(own !== undefined && { inDomain: own }),
    };
  });
  const sets = [...new Set(pairs.map(({ set }) => set))].map((set) => ({ name: set.name, file: set.source.path }));
  return { version: 1, name, metric, sources, sets, scores: [] };
}

/** As it was scored before, else now. */
async function scored(
  { pair: { set, ownWords }, prompt, bare }: { pair: PlannedPair; prompt: Prompt; bare: boolean },
  store: string,
  folder: string,
  { generate, maxRows, ranking, threads, provider }: TransferOptions,
  work: Work,
  { environment, err, signal }: World,
): Promise<Pick<TransferScore, 'metrics' | 'baseline'>> {
  const { details } = await summarisePrompt(prompt.folder);
  const asked = {
    vectors: await sha256OfFile(join(prompt.folder, weightsFile)),
    task: details?.task,
    model: details?.model.checksum,
    file: await sha256OfFile(set.source.path),
    source: { ...set.source, path: '' },
    ownWords,
    ...{ generate, maxRows, ranking, bare },
  };
  const known = await readKeptScore(folder, asked);
  if (known) return known;
  const request: EvaluateRequest = {
    promptFolder: prompt.folder,
    file: set.source,
    cacheFolder: cacheFolder(environment),
    spinning: true,
    baseline: bare,
    // Prompt design is another comparison, whatever the recipe says.
    examples: 0,
    ...(ownWords && { ownWords }),
    ...(threads !== undefined && { threads }),
    ...(provider !== undefined && { provider }),
    ...(maxRows !== undefined && { maxRows }),
    ...(generate !== undefined && { generate }),
    ...(ranking !== undefined && { ranking }),
  };
  const { metrics, baselines } = await withScoringProgress(err, (onProgress) =>
    work.evaluate(request, onProgress, signal),
  );
  const score = { metrics, ...(baselines.none && { baseline: baselines.none }) };
  await keepScore(store, folder, asked, score);
  return score;
}
