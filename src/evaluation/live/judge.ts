import { basename } from 'node:path';
import { defined } from '../../common/assert.js';
import { inferTask, type ResolvedTask } from '../../data/columns.js';
import type { TokenizeOptions } from '../../data/tokenize.js';
import { tokenizeOptions } from '../../models/tokenizeOptions.js';
import type { Table } from '../../protocol/dataset.js';
import type { Grouping } from '../../protocol/groupScores.js';
import { refuseStrangers } from '../../store/ensembleMembers.js';
import type { LoadedPrompt, ModelCache } from '../modelCache.js';
import { mainMetric } from '../metrics.js';
import { isOfGroups, singlePrompt } from '../openGroups.js';

/** A prompt of a judge, as results name it. */
export interface JudgePrompt {
  readonly folder: string;
  readonly name: string;
  /** Of its vectors and its task. */
  readonly checksum: string;
  /** Its score on the dev rows when it was trained; 1 where it has none. */
  readonly weight: number;
}

/** One prompt, several of one task and base model, or those of groups. What only lives while models are loaded is asked for again with each use. */
export interface OpenJudge {
  readonly prompts: readonly JudgePrompt[];
  readonly base: { readonly name: string; readonly checksum: string };
  /** Undefined for a prompt that does not say: its data does (`inferTask`). */
  readonly task: ResolvedTask | undefined;
  /** Where groups have prompts of their own. */
  readonly grouping: Grouping | undefined;
  readonly first: LoadedPrompt;
}

/**
 * Opens a judge's prompts. Throws what opening throws, and what `refuseStrangers` throws where they cannot answer together.
 */
export async function openJudge(models: ModelCache, folders: readonly string[]): Promise<OpenJudge> {
  const loaded: LoadedPrompt[] = [];
  for (const folder of folders) loaded.push(await models.open(folder));
  const first = defined(loaded[0], 'a prompt');
  const names = loaded.map(({ opened: { prompt } }, i) => prompt.details?.name ?? basename(folders[i] ?? ''));
  if (loaded.length > 1)
    refuseStrangers(loaded.map(({ opened }, i) => ({ ...singlePrompt(opened).prompt, name: names[i] ?? '' })));
  const { base } = first.opened;
  return {
    prompts: loaded.map((one, i) => ({
      folder: folders[i] ?? '',
      name: names[i] ?? '',
      checksum: one.checksum,
      weight: devScore(one),
    })),
    base: { name: base.name, checksum: base.checksum },
    task: taskOf(first),
    grouping: isOfGroups(first.opened) ? first.opened.grouping : undefined,
    first,
  };
}

/** How the judge's rows are read where its prompts do not say. Throws what `inferTask` throws. */
export const judgeTask = ({ task, first }: OpenJudge, table: Table): ResolvedTask =>
  task ?? inferTask(table, first.opened.prompt.recipe?.data ?? {});

/** How the prompt's texts become tokens; made once for as long as it is loaded. */
export function judgeTokens(prompt: LoadedPrompt, task: ResolvedTask): TokenizeOptions {
  const known = optionsOf.get(prompt);
  if (known?.task === task) return known.options;
  const { prompt: saved, base, method } = prompt.opened;
  const options = tokenizeOptions(saved.details?.task ?? saved.recipe?.data ?? {}, task, base, method.virtualTokens);
  optionsOf.set(prompt, { task, options });
  return options;
}
const optionsOf = new WeakMap<LoadedPrompt, { readonly task: ResolvedTask; readonly options: TokenizeOptions }>();

function taskOf({ opened: { prompt } }: LoadedPrompt): ResolvedTask | undefined {
  if (!prompt.details) return undefined;
  const { task, template, target, labels, preset } = prompt.details.task;
  return { task, template, target, ...(labels && { labels }), ...(preset && { preset }) };
}

function devScore({ opened: { prompt } }: LoadedPrompt): number {
  const dev = prompt.details?.scores.find(({ split, baseline }) => split === 'dev' && !baseline);
  if (!dev) return 1;
  const { metric, value } = mainMetric(dev.metrics);
  return metric === 'perplexity' ? 1 : value;
}
