import * as l10n from '@vscode/l10n';
import { timeLeft } from '../../protocol/numbers.js';
import type { FollowedRun } from '../services.js';
import type { Card } from './entry.js';
import { stateName } from '../../protocol/runState.js';
import { runProgress, stepText } from './runEntries.js';
import { runScore, scoreWords } from './score.js';

/** What the status bar says of the runs that live. */
export interface LiveStatus {
  readonly text: string;
  readonly spoken: string;
  readonly cards: readonly Card[];
  /** The run that a click opens. */
  readonly folder: string;
}

/** Undefined where none lives. One that trains stands before those that wait. */
export function liveStatus(live: readonly FollowedRun[]): LiveStatus | undefined {
  const first = live.find(({ state }) => state === 'running') ?? live[0];
  if (first === undefined) return undefined;
  const { percent } = runProgress(first);
  const name = first.status.name;
  const words =
    live.length > 1
      ? l10n.t('{count} runs', { count: live.length })
      : first.state === 'queued'
        ? name
        : `${name} ${percent} %`;
  return {
    text: `$(${icons[first.state] ?? icons.running}) ${words}`,
    spoken: l10n.t('Softprompt: {runs}', { runs: live.map(spokenRun).join('; ') }),
    cards: live.map(runCard),
    folder: first.folder,
  };
}

const icons: Partial<Record<FollowedRun['state'], string>> & { readonly running: string } = {
  running: 'sync~spin',
  paused: 'debug-pause',
  queued: 'clock',
};

function spokenRun(run: FollowedRun): string {
  return l10n.t('{name}, {state}, {percent} percent', {
    name: run.status.name,
    state: stateName(run.state),
    percent: runProgress(run).percent,
  });
}

function runCard(run: FollowedRun): Card {
  const { step, steps } = runProgress(run);
  const score = runScore(run.events);
  return {
    title: l10n.t('{name}: {state}', { name: run.status.name, state: stateName(run.state) }),
    sentences: score ? [scoreWords(score)] : [],
    facts: [
      ...(step ? [[l10n.t('Step'), stepText(step.step, steps)] as const] : []),
      ...(step && run.state === 'running' ? [[l10n.t('Time'), timeLeft(step.secondsLeft)] as const] : []),
    ],
  };
}
