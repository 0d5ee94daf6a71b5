import type { DatasetSource } from './dataset.js';

/** What a run tells its watchers, one JSON object a line in `events.jsonl` and on `--json`. Numbered without gaps. */
export type RunEvent =
  | {
      type: 'start';
      run: string;
      prompt: string;
      model: string;
      method: string;
      device: string;
      threads: number;
      trainable: number;
      modelParameters: number;
      /** Of all groups together, where there are groups. */
      steps: number;
      resumedAt: number;
      /** With `groupBy`: the column, and how many prompts are trained. `trainable` is of one. */
      groups?: { column: string; count: number };
    }
  | {
      type: 'data';
      split: Split;
      source: DatasetSource;
      rows: number;
      tokens: { mean: number; max: number; sampled: boolean };
      cutRows: number;
    }
  | { type: 'notice'; code: string; args: Record<string, string | number> }
  | {
      type: 'step';
      step: number;
      epoch: number;
      loss: number;
      smoothedLoss: number;
      learningRate: number;
      gradientNorm: number;
      examplesPerSecond: number;
      tokensPerSecond: number;
      secondsLeft: number;
      memoryMb: number;
      /** Since the run began, without pauses; logs of older versions lack it. */
      seconds?: number;
      /** With `groupBy`: whose prompt is trained. */
      group?: GroupPlace;
    }
  | {
      type: 'evaluation';
      step: number;
      split: Split;
      baseline: boolean;
      loss: number;
      metric: MetricName;
      value: number;
      metrics: Metrics;
      best: boolean;
      /** A few rows, always the same ones of a split. */
      samples: SampleRow[];
    }
  | ({
      /** With `groupBy`: the prompt of a group is done. */
      type: 'group';
      step: number;
      rows: { train: number; dev: number };
      /** On dev, of the step that is kept; absent without dev rows. */
      score?: { metric: MetricName; value: number };
      seconds: number;
    } & GroupPlace)
  | {
      /** The prompt-design baseline: the bare model behind so many training rows as text, and an instruction where there is one. */
      type: 'design';
      split: Split;
      examples: number;
      loss: number;
      metric: MetricName;
      value: number;
      metrics: Metrics;
    }
  | { type: 'checkpoint'; step: number }
  | { type: 'nearest'; step: number; tokens: NearestTokens[] }
  | {
      type: 'end';
      reason: 'finished' | 'earlyStopping' | 'stopped';
      step: number;
      bestStep: number;
      seconds: number;
      folder: string;
    };

/** A group among all that are trained, counted from 1. */
export interface GroupPlace {
  readonly group: string;
  readonly number: number;
  readonly of: number;
}

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** A row and what the model makes of it. */
export interface JudgedRow {
  readonly line: number;
  /** The label or the text that it should be. */
  readonly expected: string;
  /** The label ranked first; for free text the target itself. */
  readonly predicted: string;
  /** Of the prediction among the labels; for free text, the geometric mean of its tokens' probabilities. */
  readonly probability: number;
}
export interface SampleRow extends JudgedRow {
  readonly file: string;
  readonly input: string;
}

export type Split = 'train' | 'dev' | 'test';

/** Scores of one number, as `Metrics` names them: of labels, of the target's probability, of generated texts. */
export const metricNames = [
  'accuracy',
  'macroF1',
  'perplexity',
  'exactMatch',
  'tokenF1',
  'bleu',
  'rouge1',
  'rouge2',
  'rougeL',
  'chrf',
] as const;
export type MetricName = (typeof metricNames)[number];

export interface Metrics {
  /** Rows scored. */
  readonly n: number;
  readonly accuracy?: number;
  readonly macroF1?: number;
  readonly perplexity?: number;
  /**
   * Of generated texts, all between 0 and 1 (sacreBLEU's BLEU and chrF2 divided by 100): SQuAD's exact match and token F1, mean F of ROUGE.
   */
  readonly exactMatch?: number;
  readonly tokenF1?: number;
  readonly bleu?: number;
  readonly rouge1?: number;
  readonly rouge2?: number;
  readonly rougeL?: number;
  readonly chrf?: number;
  readonly labels?: readonly string[];
  /** Row: expected label; column: predicted label. */
  readonly confusion?: readonly (readonly number[])[];
  /** In the order of `labels`. */
  readonly perLabel?: readonly LabelScore[];
}

export interface LabelScore {
  readonly label: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that have it. */
  readonly support: number;
}

/** The real tokens nearest to one virtual token, nearest first, by cosine similarity. */
export interface NearestTokens {
  readonly position: number;
  readonly nearest: readonly { readonly id: number; readonly token: string; readonly similarity: number }[];
}
