import type { FromPanel, PanelState, ToPanel } from '../../src/protocol/panelMessages.js';

/** The extension host, as the page reaches it. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  setState(state: PanelState & Choices): void;
  getState(): Partial<PanelState & Choices> | undefined;
};

/** What the reader chose; a reload keeps it. */
export interface Choices {
  readonly logScale: boolean;
  readonly smoothing: number;
}

const api = acquireVsCodeApi();

export const post = (message: FromPanel): void => api.postMessage(message);

export function keep(state: Partial<PanelState & Choices>): void {
  api.setState({ runs: [], ...keptChoices(), ...api.getState(), ...state });
}

export function keptChoices(): Choices {
  const { logScale = false, smoothing = 0.9 } = api.getState() ?? {};
  return { logScale, smoothing };
}

export function listen(receive: (message: ToPanel) => void): void {
  // The policy lets in no other script and no other page, so nobody else can speak here.
  window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => receive(data));
}
