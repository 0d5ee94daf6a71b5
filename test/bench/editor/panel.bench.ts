import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { chromiumPath } from '../../e2e/support/prerequisites.js';
import { listRuns } from '../../../src/store/catalogue.js';
import { runFile } from '../../../src/store/runFiles.js';
import { percentile } from '../percentile.js';

const [from, to] = [10_000, 30_000];
const points = 200;
const port = '8124';

test(`the panel from step ${from} to ${to}`, { timeout: 300_000 }, async () => {
  const store = await mkdtemp(join(tmpdir(), 'softprompt-bench-'));
  const short = ['train', 'media/sample/tickets.softprompt.json', '--steps', '40', '--json', '--store', store];
  await promisify(execFile)(process.execPath, ['dist/softprompt.mjs', ...short]);
  const [run] = await listRuns(store);
  if (!run) throw new Error('There is no run to show.');
  const gallery = spawn(process.execPath, ['test/webview/gallery/serve.mjs', runFile(run.folder, 'events'), port]);
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    await once(createInterface(gallery.stdout), 'line');
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.addInitScript(watchFrames);
    await page.goto(`http://localhost:${port}/?scenario=long&theme=dark&steps=${from}`);
    await page.locator('softprompt-chart').first().waitFor();
    const before = await heapMegabytes(page);
    await page.evaluate(`(async () => {
      frames.length = 0;
      for (let point = 0; point < ${points}; point++) {
        tellSteps(${(to - from) / points});
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    })()`);
    const frames = await page.evaluate<number[]>('frames');
    expect(frames.length).toBeGreaterThanOrEqual(points / 2);
    const [median, p95] = [0.5, 0.95].map((share) => percentile(frames, share).toFixed(1));
    const grown = (await heapMegabytes(page)) - before;
    console.log(
      `a frame with new points: ${median} ms (median), ${p95} ms (p95) of ${frames.length}; the heap grew by ${grown.toFixed(2)} MB`,
    );
  } finally {
    gallery.kill();
    await browser.close();
    await rm(store, { recursive: true });
  }
});

/** In the page: the time of each frame that runs callbacks, from the first of them until the frame is made. */
const watchFrames = `
  globalThis.frames = [];
  const request = requestAnimationFrame;
  let began;
  globalThis.requestAnimationFrame = (callback) =>
    request((time) => {
      if (began === undefined) {
        began = performance.now();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          frames.push(performance.now() - began);
          began = undefined;
        };
        port2.postMessage(undefined);
      }
      callback(time);
    });
`;

/** After a collection. */
async function heapMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}
