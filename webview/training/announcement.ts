import * as l10n from '@vscode/l10n';
import type { PanelRun, Told } from '../../src/protocol/panelMessages.js';
import { metricName, metricText, wholeNumber } from '../../src/protocol/numbers.js';
import { stateName } from '../../src/protocol/runState.js';

/** What a screen reader says of news: evaluations and changes of state, not each step. */
export function announcement(before: PanelRun['state'], run: PanelRun, { events }: Told): string | undefined {
  const said = events.flatMap((event) => {
    if (event.type !== 'evaluation' || event.baseline) return [];
    const { step, metric, value, split, best } = event;
    const args = {
      step: wholeNumber(step),
      metric: metricName(metric),
      split,
      value: metricText(metric, value),
    };
    return best
      ? l10n.t('Step {step}: {metric} on {split} {value}, the best so far', args)
      : l10n.t('Step {step}: {metric} on {split} {value}', args);
  });
  if (run.state !== before) said.push(stateName(run.state));
  return said.length === 0 ? undefined : said.join('. ');
}
