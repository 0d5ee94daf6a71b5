import * as l10n from '@vscode/l10n';

/** How a run stands: one that says that it lives and whose process is gone was interrupted, and can be resumed. */
export type RunState = 'queued' | 'running' | 'paused' | 'stopped' | 'finished' | 'failed' | 'interrupted';

/** Codicons. */
export const stateIcon: Record<RunState, string> = {
  queued: 'clock',
  running: 'play-circle',
  paused: 'debug-pause',
  stopped: 'circle-slash',
  finished: 'pass',
  failed: 'error',
  interrupted: 'warning',
};

export function stateName(state: RunState): string {
  switch (state) {
    case 'queued':
      return l10n.t('Queued');
    case 'running':
      return l10n.t('Running');
    case 'paused':
      return l10n.t('Paused');
    case 'stopped':
      return l10n.t('Stopped');
    case 'finished':
      return l10n.t('Finished');
    case 'failed':
      return l10n.t('Failed');
    case 'interrupted':
      return l10n.t('Interrupted');
  }
}

/** Whether there is a process, or will be one. */
export function isLive(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'paused';
}
