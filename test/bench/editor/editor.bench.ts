import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startEditor } from '../../e2e/support/editor.js';
import { smallWorkspace } from '../../e2e/support/recipes.js';
import { stepOf, trainingPanel } from '../../e2e/support/webview.js';
import { activationTime, codeLens, openContainer, openFile, runCommand } from '../../e2e/support/workbench.js';
import { percentile } from '../percentile.js';
import { startWatchedEditor } from './hostDelay.js';

const patience = { timeout: 120_000 };
const times = 5;
const keystrokes = 400;
const keyEveryMs = 60;

test(`activation and the first point, ${times} times`, { timeout: 600_000 }, async () => {
  for (let time = 0; time < times; time++) {
    const editor = await startEditor({ version: 'current' });
    const page = await editor.openPage();
    await quiet();
    await openContainer(page, 'Softprompt');
    const sample = page.getByRole('button', { name: 'Try the Sample' }).first();
    await sample.waitFor();
    await quiet();
    const began = performance.now();
    await sample.click();
    await trainingPanel(page).locator('softprompt-chart').first().waitFor(patience);
    const seconds = (performance.now() - began) / 1000;
    console.log(`first point after ${seconds.toFixed(2)} s; ${await activationTime(page)}`);
    await editor.stop();
  }
});

test('typing, and the extension host, while nothing and while something trains', { timeout: 600_000 }, async () => {
  const { editor, loopDelay } = await startWatchedEditor({
    ...(await smallWorkspace(30_000, 2)),
    'notes.txt': 'Notes\n',
  });
  const page = await editor.openPage();
  const measure = async (what: string): Promise<void> => {
    await openFile(page, 'notes.txt');
    await quiet();
    await loopDelay();
    console.log(`${what}: ${await typing(page)}; ${await loopDelay()}`);
  };
  await openContainer(page, 'Softprompt');
  await measure('idle');
  await measure('idle again');
  await openFile(page, 'tickets.softprompt.json');
  await codeLens(page, 'Train').click();
  const panel = trainingPanel(page);
  await expect.poll(() => stepOf(panel), patience).toBeGreaterThan(20);
  await measure('training, its panel hidden');
  await runCommand(page, 'View: Split Editor Right');
  await page.getByRole('tab', { name: 'tickets', exact: true }).first().click();
  await expect.poll(() => stepOf(panel), patience).toBeGreaterThan(20);
  await runCommand(page, 'View: Focus Right Editor Group');
  await measure('training, its panel beside');
});

/** The time from each key to the frame that shows it. */
async function typing(page: Page): Promise<string> {
  await page.evaluate(`
    globalThis.keyMs = [];
    globalThis.keysWatched ??= (() => {
      let begin;
      addEventListener('keydown', () => (begin ??= performance.now()), true);
      const isText = ({ target }) => (target.closest ? target : target.parentElement)?.closest('.view-lines');
      new MutationObserver((changes) => changes.some(isText) && requestAnimationFrame(() => {
        if (begin === undefined) return;
        keyMs.push(performance.now() - begin);
        begin = undefined;
      })).observe(document.querySelector('.part.editor'), { subtree: true, childList: true, characterData: true });
      return true;
    })();
  `);
  for (let key = 0; key < keystrokes; key++) {
    await page.keyboard.press(key % 40 === 39 ? 'Enter' : key % 6 === 5 ? 'Space' : 'x');
    await new Promise((resolve) => setTimeout(resolve, keyEveryMs));
  }
  const ms = await page.evaluate<number[]>('keyMs');
  const [median, p95] = [0.5, 0.95].map((share) => percentile(ms, share).toFixed(1));
  return `${ms.length} keys, ${median} ms (median), ${p95} ms (p95)`;
}

const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5000));
