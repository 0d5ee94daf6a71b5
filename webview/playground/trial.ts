import type { TryAnswer } from '../../src/protocol/evaluationMessages.js';
import { sides, type Side, type ToPlayground } from '../../src/protocol/playgroundMessages.js';
import type { Problem } from '../../src/protocol/panelMessages.js';

/** How far a side is with its answer. */
export type Trial =
  | { readonly state: 'empty' | 'waiting' }
  | { readonly state: 'running' | 'stopped'; readonly text: string }
  | { readonly state: 'answered'; readonly answer: TryAnswer }
  | { readonly state: 'failed'; readonly text: string; readonly problem: Problem };

export type Trials = Readonly<Record<Side, Trial>>;

export const noTrials: Trials = { prompt: { state: 'empty' }, bare: { state: 'empty' }, other: { state: 'empty' } };

/** Everything that is tried waits for its turn. */
export const waiting = (hasOther: boolean): Trials => ({
  prompt: { state: 'waiting' },
  bare: { state: 'waiting' },
  other: { state: hasOther ? 'waiting' : 'empty' },
});

/** What was answered before a reload. */
export function answered(answers: Partial<Readonly<Record<Side, TryAnswer>>>): Trials {
  const of = (side: Side): Trial => {
    const answer = answers[side];
    return answer ? { state: 'answered', answer } : { state: 'empty' };
  };
  return { prompt: of('prompt'), bare: of('bare'), other: of('other') };
}

type Told = Extract<ToPlayground, { readonly side: Side }>;

/** A side's trial after what was told of it. */
export function after(trial: Trial, message: Told): Trial {
  const text = 'text' in trial ? trial.text : '';
  switch (message.type) {
    case 'began':
      return { state: 'running', text: '' };
    case 'text':
      return { state: 'running', text: text + message.text };
    case 'answer':
      return { state: 'answered', answer: message.answer };
    case 'stopped':
      return { state: 'stopped', text };
    case 'failed':
      return { state: 'failed', text, problem: message.problem };
  }
}

export const isBusy = (trials: Trials): boolean =>
  sides.some((side) => trials[side].state === 'running' || trials[side].state === 'waiting');

/** The answers that are there, to be kept over a reload. */
export function answersOf(trials: Trials): Partial<Record<Side, TryAnswer>> {
  return Object.fromEntries(
    sides.flatMap((side) => {
      const trial = trials[side];
      return trial.state === 'answered' ? [[side, trial.answer]] : [];
    }),
  );
}
