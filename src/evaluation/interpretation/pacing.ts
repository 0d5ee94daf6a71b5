/** Others are heard at least this often. */
const betweenPausesMs = 30;

/** Lets others have their turn now and then, and throws the signal's reason once it is aborted. */
export function pacing(signal: AbortSignal): () => Promise<void> {
  let lastMs = performance.now();
  return async () => {
    if (performance.now() - lastMs < betweenPausesMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    lastMs = performance.now();
    signal.throwIfAborted();
  };
}
