import { readTableText } from '../data/readTable.js';
import { judgedRows, summarise } from '../evaluation/live/summary.js';
import type { FirstRows, LiveSetting } from '../evaluation/live/textLedger.js';
import { readText, rowLines, textRows, type TextReading, type TextRow } from '../evaluation/live/textRows.js';
import type { Outcome, Reading } from '../evaluation/live/verdicts.js';
import { stages, type Stage } from '../evaluation/live/workQueue.js';
import type { EvaluationSummary } from '../protocol/evaluation.js';
import type { EvaluationStarted } from '../protocol/evaluationMessages.js';
import { readKept, readKeptRows, type KeptEvaluation } from '../store/evaluationFolder.js';
import { evaluationKeeper, textHash, type EvaluationKeeper } from './keepEvaluation.js';

/** What a kept evaluation goes on from. */
interface OpenedKept {
  readonly setting: LiveSetting;
  readonly first: FirstRows;
  readonly keeper: EvaluationKeeper;
  readonly answer: EvaluationStarted & {
    readonly summary: EvaluationSummary;
    readonly file: string;
    readonly changedSince: boolean;
  };
}

/**
 * Reads kept results and the file that they are about; no model is opened. Throws `store.badEvaluation`, what reading the file throws, and
 * `store.fileMissing` where nothing is kept.
 */
export async function openKept(folder: string): Promise<OpenedKept> {
  const kept = await readKept(folder);
  const { source, columns, maxRows, prompts, base, task, grouping, vote, baselines, trainedOn } = kept;
  const file = source.path;
  const { text } = await readTableText(file, source);
  const reading: TextReading = {
    file,
    source,
    ...(columns && { columns }),
    ...(maxRows !== undefined && { maxRows }),
  };
  const rows = textRows(text, readText(text, reading), { task, grouping });
  const outcomes: Record<Stage, Map<string, Outcome>> = { prompts: new Map(), none: new Map(), examples: new Map() };
  for (const [key, stage, scores, targetTokens, written] of await readKeptRows(folder))
    outcomes[stages[stage] ?? 'prompts'].set(key, {
      scores,
      targetTokens,
      ...(written !== undefined && { text: written }),
    });
  const setting: LiveSetting = {
    folders: prompts.map((p) => p.folder),
    reading,
    baselines,
    prompts,
    base,
    task,
    grouping,
  };
  const summary = kept.summary ?? summaryOf(kept, rows, outcomes.prompts);
  return {
    setting,
    first: { text, rows, vote, outcomes, seconds: summary.seconds },
    keeper: evaluationKeeper(folder, kept.created, { setting, vote, trainedOn }),
    answer: {
      rows: rows.length,
      lines: rowLines(rows),
      task,
      trainedOn,
      folder,
      summary,
      file,
      changedSince: textHash(text) !== kept.textHash,
    },
  };
}

/** Of an evaluation whose process died: what can be said of the rows that it judged. */
function summaryOf(
  { task, vote, prompts, grouping }: KeptEvaluation,
  rows: readonly TextRow[],
  outcomes: ReadonlyMap<string, Outcome>,
): EvaluationSummary {
  const reading: Reading = { task, vote, weights: prompts.map(({ weight }) => weight) };
  const verdicts = rows.map(() => undefined);
  return {
    ...summarise(judgedRows(rows, outcomes), verdicts, { reading, prompts, grouping, baselines: {} }),
    seconds: 0,
    complete: false,
  };
}
