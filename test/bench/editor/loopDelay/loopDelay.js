/** Writes how late the event loop was since the last time, whenever the extension host is sent SIGUSR2. */
exports.activate = async () => {
  const { writeFileSync } = await import('node:fs');
  const { monitorEventLoopDelay } = await import('node:perf_hooks');
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const file = process.env.LOOP_DELAY_FILE ?? '';
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify({ p999: ms(delay.percentile(99.9)), max: ms(delay.max), samples: delay.count }));
    delay.reset();
  });
  writeFileSync(process.env.LOOP_DELAY_STARTED ?? '', JSON.stringify({ pid: process.pid }));
};
