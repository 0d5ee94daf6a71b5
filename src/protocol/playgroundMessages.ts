import type { Sampling, TryAnswer } from './evaluationMessages.js';
import type { Problem } from './panelMessages.js';

/** Between the extension host and the playground, which tries one input with a prompt, without it, and with another. */

/** Who answers. */
export const sides = ['prompt', 'bare', 'other'] as const;
export type Side = (typeof sides)[number];

export interface PlaygroundPrompt {
  readonly folder: string;
  readonly name: string;
  /** Method, virtual tokens, base model. */
  readonly about: string;
}

/** What the page shows before anything was tried. */
export interface Playground {
  readonly prompt: PlaygroundPrompt;
  readonly other?: PlaygroundPrompt;
  readonly task: 'classification' | 'generation';
  readonly template: string;
  /** Those that the template names. */
  readonly columns: readonly string[];
  /** As it was last set. */
  readonly sampling: Sampling;
}

export type ToPlayground =
  | ({ readonly type: 'playground' } & Playground)
  /** A row's cells, and where it stands. */
  | { readonly type: 'row'; readonly values: Readonly<Record<string, string>>; readonly place: string }
  | { readonly type: 'began' | 'stopped'; readonly run: number; readonly side: Side }
  | { readonly type: 'text'; readonly run: number; readonly side: Side; readonly text: string }
  | { readonly type: 'answer'; readonly run: number; readonly side: Side; readonly answer: TryAnswer }
  | { readonly type: 'failed'; readonly run: number; readonly side: Side; readonly problem: Problem }
  /** Something else that was asked for could not be done. */
  | { readonly type: 'problem'; readonly problem: Problem };

export type FromPlayground =
  | { readonly type: 'ready' | 'stop' | 'takeRow' | 'pickOther' | 'dropOther' }
  | {
      readonly type: 'run';
      readonly run: number;
      readonly values: Readonly<Record<string, string>>;
      readonly sampling: Sampling;
    };

/** What a reload brings back. */
export interface PlaygroundState {
  readonly prompt: string;
  readonly other?: string;
  readonly values: Readonly<Record<string, string>>;
  readonly sampling: Sampling;
  readonly answers: Partial<Readonly<Record<Side, TryAnswer>>>;
}

/** Greedy: the same answer every time. */
export const defaultSampling: Sampling = {
  maxTokens: 64,
  temperature: 0,
  topK: 0,
  topP: 1,
  beams: 1,
  seed: 0,
  stop: [],
};

/** What a prompt is tried on that does not say what it was trained on, such as one that PEFT saved. */
export const unknownTask = { task: 'generation', template: '{text}', target: '{target}' } as const;
