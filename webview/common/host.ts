/** The extension host, as a page reaches it. */
declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  setState(state: unknown): void;
  getState(): unknown;
};

/** What a page says and hears, and what it keeps over a reload. */
export interface Host<From, To, State> {
  post(message: From): void;
  listen(receive: (message: To) => void): void;
  keep(state: State): void;
  kept(): Partial<State>;
}

/** To be called once in a page. */
export function openHost<From, To, State extends object>(): Host<From, To, State> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    // The policy lets in no other script and no other page, so nobody else can speak here.
    listen: (receive) => window.addEventListener('message', ({ data }: MessageEvent<To>) => receive(data)),
    keep: (state) => api.setState(state),
    kept: () => (api.getState() as Partial<State> | undefined) ?? {},
  };
}
