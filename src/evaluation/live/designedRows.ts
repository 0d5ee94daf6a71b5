import type { ResolvedTask } from '../../data/columns.js';
import type { TokenizeOptions } from '../../data/tokenize.js';
import type { LoadedPrompt } from '../modelCache.js';
import { designBefore, type PromptDesign } from '../promptDesign.js';
import { trainingRows } from '../trainingRows.js';
import { judgeTokens } from './judge.js';
import type { TextRow } from './textRows.js';

/**
 * `count` solved examples of the prompt's training data as text, in the room that the longest rows leave. Throws `run.noTrainingRows`, and what
 * reading them throws.
 */
export async function designedRows(
  { opened: { prompt, base } }: LoadedPrompt,
  tokens: TokenizeOptions,
  task: ResolvedTask,
  count: number,
  rows: readonly TextRow[],
): Promise<PromptDesign> {
  const train = await trainingRows(prompt, prompt.details?.name ?? '', task);
  const examples = rows.flatMap(({ content }) => ('example' in content ? [content.example] : []));
  const instruction = prompt.recipe?.evaluation?.instruction;
  return designBefore(examples, train, { instruction, count, seed: 0 }, tokens, base.config.maxPositions);
}

const known = new WeakMap<LoadedPrompt, { readonly key: string; readonly made: Promise<PromptDesign> }>();

/** As `designedRows`, made once for as long as the prompt is loaded. */
export function keptDesign(
  loaded: LoadedPrompt,
  task: ResolvedTask,
  count: number,
  rows: readonly TextRow[],
  file: string,
): Promise<PromptDesign> {
  const key = JSON.stringify([file, count, task]);
  const kept = known.get(loaded);
  if (kept?.key === key) return kept.made;
  const made = designedRows(loaded, judgeTokens(loaded, task), task, count, rows);
  known.set(loaded, { key, made });
  made.catch(() => known.delete(loaded));
  return made;
}
