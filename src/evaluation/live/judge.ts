import { basename } from 'node:path';
import { defined } from '../../common/assert.js';
import { inferTask, type ResolvedTask } from '../../data/columns.js';
import type { TokenizeOptions } from '../../data/tokenize.js';
import { SoftpromptError } from '../../errors/softpromptError.js';
import { tokenizeOptions } from '../../models/tokenizeOptions.js';
import type { Table } from '../../protocol/dataset.js';
import type { LoadedPrompt, ModelCache } from '../modelCache.js';
import { mainMetric } from '../metrics.js';
import type { OpenedPrompt } from '../openPrompt.js';

/** A prompt of a judge, as results name it. */
export interface JudgePrompt {
  readonly folder: string;
  readonly name: string;
  /** Of its vectors and its task. */
  readonly checksum: string;
  /** Its score on the dev rows when it was trained; 1 where it has none. */
  readonly weight: number;
}

/** One prompt or several of one task and base model. What only lives while models are loaded is asked for again with each use. */
export interface OpenJudge {
  readonly prompts: readonly JudgePrompt[];
  readonly base: { readonly name: string; readonly checksum: string };
  /** Undefined for a prompt that does not say: its data does (`inferTask`). */
  readonly task: ResolvedTask | undefined;
  readonly first: LoadedPrompt;
}

/**
 * Opens a judge's prompts. Throws what opening throws, `run.otherBaseModel` and `run.otherTask` where they cannot answer together, and
 * `run.ensembleOfTexts` for several prompts of free text, which have no labels to vote on.
 */
export async function openJudge(models: ModelCache, folders: readonly string[]): Promise<OpenJudge> {
  const loaded: LoadedPrompt[] = [];
  for (const folder of folders) loaded.push(await models.open(folder));
  const first = defined(loaded[0], 'a prompt');
  const nameOf = (i: number): string => nameOfPrompt(defined(loaded[i], 'a prompt'), folders[i] ?? '');
  loaded.slice(1).forEach((other, i) => refuseOther(first, nameOf(0), other, nameOf(i + 1)));
  const { base, prompt } = first.opened;
  if (loaded.length > 1 && prompt.details?.task.task === 'generation')
    throw new SoftpromptError('run.ensembleOfTexts', { prompt: nameOf(0) });
  return {
    prompts: loaded.map((one, i) => ({
      folder: folders[i] ?? '',
      name: nameOf(i),
      checksum: one.checksum,
      weight: devScore(one),
    })),
    base: { name: base.name, checksum: base.checksum },
    task: taskOf(first),
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
  const { task, template, target, labels } = prompt.details.task;
  return { task, template, target, ...(labels && { labels }) };
}

const nameOfPrompt = ({ opened: { prompt } }: LoadedPrompt, folder: string): string =>
  prompt.details?.name ?? basename(folder);

function devScore({ opened: { prompt } }: LoadedPrompt): number {
  const dev = prompt.details?.scores.find(({ split, baseline }) => split === 'dev' && !baseline);
  if (!dev) return 1;
  const { metric, value } = mainMetric(dev.metrics);
  return metric === 'perplexity' ? 1 : value;
}

function refuseOther(first: LoadedPrompt, prompt: string, second: LoadedPrompt, other: string): void {
  const [a, b] = [first.opened, second.opened];
  if (a.base.checksum !== b.base.checksum) {
    const [expected, found] = [a.base.name, b.base.name];
    throw new SoftpromptError('run.otherBaseModel', { prompt, other, found, expected });
  }
  const [ours, theirs] = [taskFields(a), taskFields(b)];
  const fields = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  const field = fields.find((name) => JSON.stringify(ours[name]) !== JSON.stringify(theirs[name]));
  if (field === undefined) return;
  const words = (fieldsOf: Readonly<Record<string, unknown>>): string => `${field} ${JSON.stringify(fieldsOf[field])}`;
  throw new SoftpromptError('run.otherTask', { prompt, other, found: words(theirs), expected: words(ours) });
}

/** What must be equal for two prompts to read the same rows the same way. */
const taskFields = ({ prompt }: OpenedPrompt): Readonly<Record<string, unknown>> =>
  prompt.details?.task ?? prompt.recipe?.data ?? {};
