/** Where work waits while someone has asked it to. */
export interface Gate {
  readonly closed: boolean;
  close(): void;
  open(): void;
  /** Resolves when the gate is open, or when the signal aborts. */
  passed(signal: AbortSignal): Promise<void>;
}

export function makeGate(): Gate {
  let waiting: (() => void)[] = [];
  let closed = false;
  const open = (): void => {
    closed = false;
    for (const goOn of waiting.splice(0)) goOn();
  };
  return {
    get closed() {
      return closed;
    },
    close: () => {
      closed = true;
    },
    open,
    async passed(signal) {
      if (!closed || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          waiting = waiting.filter((other) => other !== done);
          resolve();
        };
        waiting.push(done);
        signal.addEventListener('abort', done);
      });
    },
  };
}
