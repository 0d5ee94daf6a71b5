import type { ToPanel } from '../../src/protocol/panelMessages.js';
import { addTold, viewRun, type RunView } from './runView.js';

/** The runs of the panel as of a message's number, the panel's own first. */
export interface ShownRuns {
  readonly number: number;
  readonly runs: readonly RunView[];
}

/** Takes a message in; undefined where one is missing and the snapshot must be asked for. */
export function showMessage(
  shown: ShownRuns | undefined,
  message: Extract<ToPanel, { type: 'snapshot' | 'delta' }>,
): ShownRuns | undefined {
  const { number } = message;
  if (message.type === 'snapshot') {
    return { number, runs: message.runs.map(({ run, told }) => viewRun(run, told)) };
  }
  const view = shown?.runs.find(({ run }) => run.id === message.run.id);
  if (!shown || !view || number !== shown.number + 1) return undefined;
  addTold(view, message.run, message.told);
  return { number, runs: shown.runs };
}
