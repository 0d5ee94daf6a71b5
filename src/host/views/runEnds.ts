import * as l10n from '@vscode/l10n';
import { describeMessage } from '../../errors/catalogue.js';
import { isLive } from '../../protocol/runState.js';
import type { FollowedRun } from '../services.js';
import { runScore, scoreWords } from './score.js';

/** What a person who was busy elsewhere is told when a run ends. */
export type RunEnd =
  | { readonly type: 'finished'; readonly run: FollowedRun; readonly message: string }
  | { readonly type: 'failed'; readonly run: FollowedRun; readonly message: string };

/**
 * Tells of each run that ends while it is looked at, once; nothing of runs that had ended before, or that a person stopped, who knows.
 */
export function runEnds(): (run: FollowedRun) => RunEnd | undefined {
  const alive = new Set<string>();
  return (run) => {
    if (isLive(run.state)) {
      alive.add(run.folder);
      return undefined;
    }
    // Of a sweep's dozens of runs its own panel tells.
    return alive.delete(run.folder) && run.status.sweep === undefined ? endOf(run) : undefined;
  };
}

function endOf(run: FollowedRun): RunEnd | undefined {
  const { name, error } = run.status;
  switch (run.state) {
    case 'finished': {
      const score = runScore(run.events);
      const message = score
        ? l10n.t('{name}: {score}', { name, score: scoreWords(score) })
        : l10n.t('{name} has finished.', { name });
      return { type: 'finished', run, message };
    }
    case 'failed':
    case 'interrupted': {
      const reason = error
        ? Object.values(describeMessage(error)).join(' ')
        : l10n.t('its process is gone; Resume goes on from the last checkpoint.');
      return { type: 'failed', run, message: l10n.t('{name}: {reason}', { name, reason }) };
    }
    default:
      return undefined;
  }
}
