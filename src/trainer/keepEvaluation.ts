import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { ErrorMessage } from '../errors/errorMessage.js';
import { SoftpromptError } from '../errors/softpromptError.js';
import type { LiveEvaluation } from '../evaluation/live/liveEvaluation.js';
import type { LiveSetting } from '../evaluation/live/textLedger.js';
import type { Outcome } from '../evaluation/live/verdicts.js';
import { stages, type Stage } from '../evaluation/live/workQueue.js';
import type { EvaluationSummary, VoteRule } from '../protocol/evaluation.js';
import {
  appendKeptRows,
  clearKeptRows,
  newEvaluationFolder,
  replaceOlder,
  writeKept,
  type KeptEvaluation,
  type KeptRow,
} from '../store/evaluationFolder.js';
import { kindOf } from '../store/storeLocation.js';

/** Keeps an evaluation in its folder while it is under way. */
export interface EvaluationKeeper {
  readonly folder: string;
  /** Says whose text and vote are kept. */
  watch(live: LiveEvaluation): void;
  answered(stage: Stage, outcomes: readonly (readonly [key: string, outcome: Outcome])[]): void;
  forgotten(): void;
  /** Once everything is on disk, or why it is not. */
  finished(summary: EvaluationSummary): Promise<ErrorMessage | undefined>;
}

/** What a keeper needs to know. */
export interface KeptSetting {
  readonly setting: LiveSetting;
  readonly vote: VoteRule;
  readonly trainedOn: number;
}

/** Begins to keep a new evaluation. Throws `store.noSpace` or `store.readOnly`. */
export async function keepEvaluation(store: string, kept: KeptSetting): Promise<EvaluationKeeper> {
  const folder = await newEvaluationFolder(store, kept.setting.reading.source.path);
  return evaluationKeeper(folder, new Date().toISOString(), kept);
}

/** Keeps what is added to an evaluation in its folder. */
export function evaluationKeeper(
  folder: string,
  created: string,
  { setting, vote, trainedOn }: KeptSetting,
): EvaluationKeeper {
  let live: LiveEvaluation | undefined;
  /** What is written one after the other; the first failure ends it. */
  let writing: Promise<unknown> = Promise.resolve();
  let begun = false;
  const then = (write: () => Promise<unknown>): void => {
    writing = writing.then(write);
    // Heard of in `finished`.
    writing.catch(() => undefined);
  };
  const info = (summary?: EvaluationSummary): KeptEvaluation => {
    const { text, rows, reading } = live?.snapshot() ?? { text: '', rows: [], reading: { vote } };
    const { columns, maxRows, source } = setting.reading;
    return {
      version: 1,
      created,
      source,
      ...(columns && { columns }),
      ...(maxRows !== undefined && { maxRows }),
      textHash: textHash(text),
      prompts: setting.prompts.map((prompt) => ({ ...prompt })),
      vote: reading.vote,
      base: setting.base,
      task: setting.task,
      ...(setting.grouping !== undefined && { grouping: setting.grouping }),
      baselines: setting.baselines,
      rows: rows.length,
      trainedOn,
      ...(summary && { summary }),
    };
  };
  return {
    folder,
    watch: (watched) => {
      live = watched;
    },
    answered: (stage, outcomes) => {
      const rows = outcomes.flatMap(([key, outcome]): KeptRow[] => {
        if ('problem' in outcome) return [];
        const { scores, targetTokens, text } = outcome;
        const made = scores.map((member) => [...member]);
        const number = stages.indexOf(stage);
        return [text === undefined ? [key, number, made, targetTokens] : [key, number, made, targetTokens, text]];
      });
      if (!begun) {
        begun = true;
        const first = info();
        then(() => writeKept(folder, first));
      }
      if (rows.length > 0) then(() => appendKeptRows(folder, rows));
    },
    forgotten: () => then(() => clearKeptRows(folder)),
    finished: async (summary) => {
      begun = true;
      const last = info(summary);
      then(async () => {
        // Who deleted it meanwhile does not want it back.
        if ((await kindOf(folder)) === undefined) return;
        await writeKept(folder, last);
        await replaceOlder(dirname(dirname(folder)), folder, last);
      });
      try {
        await writing;
        return undefined;
      } catch (error) {
        writing = Promise.resolve();
        if (error instanceof SoftpromptError) return error.toMessage();
        throw error;
      }
    },
  };
}

export const textHash = (text: string): string => createHash('sha256').update(text).digest('hex');
