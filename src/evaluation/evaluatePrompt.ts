import { basename } from 'node:path';
import { defined } from '../common/assert.js';
import type { TaskConfig } from '../data/columns.js';
import { presetSource } from '../data/presets/presets.js';
import { readTable } from '../data/readTable.js';
import type { Prediction } from '../data/writePredictions.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { DatasetSource, Example } from '../protocol/dataset.js';
import type { Baselines, Comparison } from '../protocol/evaluation.js';
import type { Metrics } from '../protocol/events.js';
import type { GroupScores } from '../protocol/groupScores.js';
import type { Ranking, UnknownGroups } from '../protocol/recipe.js';
import { bareRows, designedRows, presetOf, type AskedRows } from './askedRows.js';
import { certaintyOf, compareScored, type Certainty } from './certainty.js';
import { evaluateExamples, type Evaluation } from './evaluateExamples.js';
import { predictionOf } from './judgeRow.js';
import { textMetrics, textScores, type TextScores } from './metrics/textMetrics.js';
import { groupScores } from './groupScores.js';
import { isOfGroups, openPrompts, rowsOf, type OpenedPrompts } from './openGroups.js';
import { engineFor, type EngineWishes, type PromptRequest } from './openPrompt.js';
import { usualResampling } from './statistics/resampling.js';
import { writeTexts } from './writeTexts.js';

export interface EvaluateRequest extends PromptRequest, EngineWishes {
  readonly file: DatasetSource;
  /** What the file's own recipe or preset says of its rows, where they are of another data set than the prompt was trained on. */
  readonly ownWords?: TaskConfig;
  readonly maxRows?: number;
  /** Whether the same template without the prompt is scored too. */
  readonly baseline: boolean;
  /** The prompt-design baseline: so many training rows as text, behind an instruction. By default the recipe's; with neither, none. */
  readonly examples?: number;
  readonly instruction?: string;
  /** The folder of another prompt, scored on the same rows. */
  readonly against?: string;
  /** For free text: how many tokens are written for each row, to compare them with the target. None are without. */
  readonly generate?: number;
  /** By default the recipe's. */
  readonly ranking?: Ranking;
  /** Of the resamples and of the choice of examples. */
  readonly seed?: number;
  /** Of the prompts of groups: what becomes of rows whose group has none; by default the recipe's. */
  readonly unknownGroups?: UnknownGroups;
}

export interface EvaluateResult extends Certainty {
  readonly metrics: Metrics;
  readonly baselines: Baselines;
  readonly against?: { readonly prompt: string; readonly metrics: Metrics; readonly comparison: Comparison };
  readonly rows: readonly Prediction[];
  /** Where each row was answered with its own group's prompt. */
  readonly groups?: GroupScores;
}

/** Scores a file's rows with a saved prompt, or each with the prompt of its own group. An abort stops between two batches and rejects with the signal's reason. */
export async function evaluatePrompt(
  request: EvaluateRequest,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<EvaluateResult> {
  const { baseline, against, seed = 0 } = request;
  const opened = await openPrompts(request);
  const name = nameOf(opened, request.promptFolder);
  const planned = opened.prompt.recipe?.evaluation;
  const { examples: count = planned?.examples ?? 0, instruction = planned?.instruction } = request;
  if (isOfGroups(opened) && count > 0) throw new SoftpromptError('run.groupExamples', { prompt: name });
  const engine = await engineFor(request);
  const preset = request.ownWords ? request.ownWords.preset : presetOf(opened.prompt);
  const table = await readTable(request.file.path, presetSource(request.file, preset));
  const own = await rowsOf(opened, table, engine, request);
  const { task } = own.setting;
  const bare = baseline ? bareRows(own) : undefined;
  const isDesigned = count > 0 || instruction !== undefined;
  const designed = isDesigned ? await designedRows(opened, name, own, { count, instruction, seed }) : undefined;
  const other = against === undefined ? undefined : await openPrompts({ ...request, promptFolder: against });
  const others = other && (await rowsOf(other, table, engine, request));
  if (other && others && others.setting.task.task !== task.task) {
    throw new SoftpromptError('run.notComparable', {
      prompt: name,
      other: nameOf(other, against ?? ''),
      found: others.setting.task.task,
      expected: task.task,
    });
  }

  const generate = task.labels ? undefined : request.generate;
  const passes = [own, bare, designed, others].filter((rows) => rows !== undefined).length;
  const total = own.examples.length * passes * (generate === undefined ? 1 : 2);
  let before = 0;
  const evaluate = async (rows: AskedRows): Promise<WithTexts> => {
    const { setting, answering, examples } = rows;
    const mayGoOn = async (done: number): Promise<boolean> => {
      onProgress(before + done, total);
      await new Promise((resolve) => setImmediate(resolve));
      return !signal.aborted;
    };
    const evaluation = await evaluateExamples(setting, answering, examples, [], mayGoOn);
    signal.throwIfAborted();
    before += examples.length;
    if (generate === undefined) return defined(evaluation, 'an evaluation');
    const texts = await writeTexts(rows, generate, mayGoOn);
    signal.throwIfAborted();
    before += examples.length;
    return withTexts(defined(evaluation, 'an evaluation'), defined(texts, 'texts'), examples);
  };

  const { metrics, scored, texts } = await evaluate(own);
  const none = bare && (await evaluate(bare));
  const byDesign = designed && (await evaluate(designed));
  const rival = others && (await evaluate(others));
  const labelled = task.labels !== undefined;
  const resampling = { ...usualResampling, seed };
  return {
    metrics,
    ...certaintyOf(scored, labelled, resampling),
    baselines: {
      ...(none && { none: none.metrics }),
      ...(byDesign && { examples: { count: designed.count, metrics: byDesign.metrics } }),
    },
    ...(other &&
      rival && {
        against: {
          prompt: nameOf(other, against ?? ''),
          metrics: rival.metrics,
          comparison: compareScored(scored, rival.scored, labelled, resampling),
        },
      }),
    ...(isOfGroups(opened) && own.groups && { groups: groupScores(opened.grouping, own.groups, scored, task) }),
    rows: scored.map((row, i) => {
      const prediction = predictionOf(row, defined(own.examples[i], 'an example'), task);
      const written = texts?.[i];
      if (!written) return prediction;
      return { ...prediction, predicted: written.text, right: written.scores.exactMatch === 1 };
    }),
  };
}

const nameOf = ({ prompt }: OpenedPrompts, folder: string): string => prompt.details?.name ?? basename(folder);

/** An evaluation with what was written for each row. */
interface WithTexts extends Evaluation {
  readonly texts?: readonly { readonly text: string; readonly scores: TextScores }[];
}

function withTexts(evaluation: Evaluation, written: readonly string[], examples: readonly Example[]): WithTexts {
  const texts = written.map((text, i) => {
    const { target, references = [target] } = defined(examples[i], 'a row');
    return { text, scores: textScores(text, references) };
  });
  const metrics = { ...evaluation.metrics, ...textMetrics(texts.map(({ scores }) => scores)) };
  return { ...evaluation, metrics, texts };
}
