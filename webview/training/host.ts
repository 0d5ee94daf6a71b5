import type { FromPanel, PanelState, ToPanel } from '../../src/protocol/panelMessages.js';
import { openHost } from '../common/host.js';

/** What the reader chose; a reload keeps it. */
export interface Choices {
  readonly logScale: boolean;
  readonly smoothing: number;
}

const { post, listen, keep: keepAll, kept } = openHost<FromPanel, ToPanel, PanelState & Choices>();
export { listen, post };

export function keep(state: Partial<PanelState & Choices>): void {
  keepAll({ runs: [], ...keptChoices(), ...kept(), ...state });
}

export function keptChoices(): Choices {
  const { logScale = false, smoothing = 0.9 } = kept();
  return { logScale, smoothing };
}
