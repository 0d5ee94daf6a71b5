import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Imported by each Node of a server. The extension host writes how late its event loop was whenever it is sent SIGUSR2, and starts anew. */
if (process.argv.includes('--type=extensionHost')) {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const file = process.env.LOOP_DELAY_FILE ?? '';
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify({ p999: ms(delay.percentile(99.9)), max: ms(delay.max), samples: delay.count }));
    delay.reset();
  });
  writeFileSync(file, JSON.stringify({ pid: process.pid }));
}
