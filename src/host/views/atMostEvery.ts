/** Asks for work that is done at once, then at most once in every `ms` while it is asked for. */
export interface Throttled {
  (): void;
  dispose(): void;
}

export function atMostEvery(ms: number, work: () => void): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  const rest = (): void => {
    timer = undefined;
    if (isDue) ask();
  };
  const ask = (): void => {
    isDue = timer !== undefined;
    if (isDue) return;
    timer = setTimeout(rest, ms);
    work();
  };
  return Object.assign(ask, { dispose: () => clearTimeout(timer) });
}
