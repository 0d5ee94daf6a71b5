import * as l10n from '@vscode/l10n';
import type { RunEvent } from '../../protocol/events.js';
import type { Run } from '../../store/runFolder.js';

/** What stands above a recipe whose run lives. */
export function liveRunText(state: Run['state'], events: readonly RunEvent[]): string {
  const progress = percentDone(events);
  if (state === 'queued') return l10n.t('Open panel · queued');
  if (state === 'paused') return l10n.t('Open panel · paused at {progress}', { progress });
  return l10n.t('Open panel · {progress}', { progress });
}

function percentDone(events: readonly RunEvent[]): string {
  const last = <T extends RunEvent['type']>(type: T): Extract<RunEvent, { type: T }> | undefined =>
    events.findLast((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  const [start, step] = [last('start'), last('step')];
  const share = start && step ? step.step / start.steps : 0;
  return `${(100 * share).toFixed(1)} %`;
}
