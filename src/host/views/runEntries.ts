import * as l10n from '@vscode/l10n';
import { describeMessage } from '../../errors/catalogue.js';
import type { RunEvent } from '../../protocol/events.js';
import { duration, encoderName, methodName, timeLeft, wholeNumber } from '../../protocol/numbers.js';
import { trainsPrompt, type MethodConfig } from '../../protocol/recipe.js';
import { isLive, stateName } from '../../protocol/runState.js';
import type { FollowedRun, Stores } from '../services.js';
import { shortModelName, timeText, type Entry } from './entry.js';
import { runScore, scoreText, scoreWords } from './score.js';

export type ListedRun = Stores['runs'][number];

/** The words of `contextValue` that menus and quick picks ask for. */
export type RunAbility = 'canPause' | 'canContinue' | 'canStop' | 'canResume' | 'canDelete';

export function runAbilities({ state, controllable }: Pick<FollowedRun, 'state' | 'controllable'>): RunAbility[] {
  const canStop: RunAbility[] = controllable ? ['canStop'] : [];
  switch (state) {
    case 'queued':
      return canStop;
    case 'running':
      return controllable ? ['canPause', 'canStop'] : [];
    case 'paused':
      return controllable ? ['canContinue', 'canStop'] : [];
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return ['canResume', 'canDelete'];
    case 'finished':
      return ['canDelete'];
  }
}

/** How far a run is; without a step it has not begun. */
export function runProgress({ events, recipe }: Pick<FollowedRun, 'events' | 'recipe'>): {
  readonly steps: number;
  readonly step?: Extract<RunEvent, { type: 'step' }>;
  /** Whole, and 100 only at the end. */
  readonly percent: number;
} {
  // With groups, as many times as there are groups; only the run knows how many.
  const steps = events.find((event) => event.type === 'start')?.steps ?? recipe.training.maxSteps;
  const step = events.findLast((event) => event.type === 'step');
  return { steps, ...(step && { step }), percent: Math.floor((100 * (step?.step ?? 0)) / steps) };
}

export function runEntry(run: FollowedRun, language: string): Entry {
  const { folder, status, recipe, state } = run;
  const description = stateText(run);
  const score = runScore(run.events);
  const { step, steps } = runProgress(run);
  const problem = state === 'failed' && status.error ? describeMessage(status.error) : undefined;
  return {
    label: status.name,
    description,
    spoken: [status.name, stateName(state), description].join(', '),
    card: {
      title: l10n.t('{name}: {state}', { name: status.name, state: stateName(state) }),
      sentences: [...(problem ? [problem.message, problem.advice] : []), ...(score ? [scoreWords(score)] : [])],
      facts: [
        ...(step ? ([[l10n.t('Step'), stepText(step.step, steps)]] as const) : []),
        [l10n.t('Method'), methodWords(recipe.method)],
        [l10n.t('Base model'), shortModelName(recipe.model)],
        [l10n.t('Started'), timeText(status.started, language)],
        [l10n.t('Folder'), folder],
      ],
    },
    contextValue: ['run', state, ...runAbilities(run)].join(' '),
  };
}

/** P-tuning, LSTM 128, 20 virtual tokens */
function methodWords(method: MethodConfig): string {
  const name = [methodName(method.peft_type), encoderName(method)].filter((part) => part !== undefined).join(', ');
  if (!trainsPrompt(method)) return name;
  return l10n.t('{method}, {tokens} virtual tokens', { method: name, tokens: method.num_virtual_tokens });
}

export const damagedRun = 'run damaged canDelete' satisfies `${string} ${RunAbility}`;

export const stepText = (step: number, steps: number): string =>
  l10n.t('{step} of {steps}', { step: wholeNumber(step), steps: wholeNumber(steps) });

/** 62 % · 2 min left */
function stateText(run: FollowedRun): string {
  const { step, percent } = runProgress(run);
  const score = runScore(run.events);
  const best = score ? [scoreText(score)] : [];
  switch (run.state) {
    case 'queued':
      return l10n.t('waits for its turn');
    case 'running':
      return step ? `${percent} % · ${timeLeft(step.secondsLeft)}` : l10n.t('starting');
    case 'paused':
      return l10n.t('paused at {percent} %', { percent });
    case 'stopped':
      return [...best, l10n.t('stopped at {percent} %', { percent })].join(' · ');
    case 'interrupted':
      return l10n.t('interrupted at {percent} %', { percent });
    case 'finished': {
      const end = run.events.findLast((event) => event.type === 'end');
      return [...best, ...(end ? [duration(end.seconds)] : [])].join(' · ') || l10n.t('finished');
    }
    case 'failed':
      return run.status.error ? describeMessage(run.status.error).message : l10n.t('failed');
  }
}

/** The runs that have a process or wait for one. */
export function liveRuns(runs: readonly ListedRun[]): FollowedRun[] {
  return runs.flatMap((run) => ('value' in run && isLive(run.value.state) ? [run.value] : []));
}
