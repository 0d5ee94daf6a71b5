import type { ResolvedTask } from '../../data/columns.js';
import { tokenCount, tokenizeExample, type TokenizeOptions } from '../../data/tokenize.js';
import { designPrompt } from '../promptDesign.js';
import type { LoadedPrompt } from '../modelCache.js';
import { trainingRows } from '../trainingRows.js';
import { judgeTokens } from './judge.js';
import type { TextRow } from './textRows.js';

/** What the prompt-design baseline reads before every row, and how rows behind it become tokens. */
export interface DesignedRows {
  readonly beginning: readonly number[];
  readonly tokenize: TokenizeOptions;
  /** Examples that had room. */
  readonly count: number;
}

/** The longest texts are the rows with the most tokens, or nearly: so many are counted. */
const countedRows = 8;

/**
 * `count` solved examples of the prompt's training data as text, in the room that the longest rows leave; a row that is longer still loses its
 * left end. Throws `run.noTrainingRows`, and what reading them throws.
 */
export async function designedRows(
  { opened: { prompt, base } }: LoadedPrompt,
  tokens: TokenizeOptions,
  task: ResolvedTask,
  count: number,
  rows: readonly TextRow[],
): Promise<DesignedRows> {
  const train = await trainingRows(prompt, prompt.details?.name ?? '', task);
  const examples = rows.flatMap(({ content }) => ('example' in content ? [content.example] : []));
  const longest = examples.sort((a, b) => b.input.length - a.input.length).slice(0, countedRows);
  const most = Math.max(0, ...longest.map((example) => tokenCount(tokenizeExample(example, tokens))));
  const { maxPositions } = base.config;
  const instruction = prompt.recipe?.evaluation?.instruction;
  const design = designPrompt(train, { instruction, count, seed: 0 }, tokens, maxPositions - most);
  const maxLength = Math.min(design.tokenize.maxLength, maxPositions - design.beginning.length);
  return { beginning: design.beginning, tokenize: { ...design.tokenize, maxLength }, count: design.count };
}

const known = new WeakMap<LoadedPrompt, { readonly key: string; readonly made: Promise<DesignedRows> }>();

/** As `designedRows`, made once for as long as the prompt is loaded. */
export function keptDesign(
  loaded: LoadedPrompt,
  task: ResolvedTask,
  count: number,
  rows: readonly TextRow[],
  file: string,
): Promise<DesignedRows> {
  const key = JSON.stringify([file, count, task]);
  const kept = known.get(loaded);
  if (kept?.key === key) return kept.made;
  const made = designedRows(loaded, judgeTokens(loaded, task), task, count, rows);
  known.set(loaded, { key, made });
  made.catch(() => known.delete(loaded));
  return made;
}
