import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoted } from '../../src/protocol/quoted.js';
import { listPrompts } from '../../src/store/catalogue.js';
import { startEditor, type Editor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { versions, type Version } from './support/server.js';
import { axeViolations, expectNoCspMessages, trainingPanel } from './support/webview.js';
import {
  activationTime,
  codeLens,
  dialog,
  openContainer,
  openFile,
  setTheme,
  themes,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 600_000 };

/** The whole sample once is enough: the oldest editor trains for some seconds. */
const begin: Record<Version, (page: Page) => Promise<void>> = {
  current: (page) => page.getByRole('button', { name: 'Try the Sample' }).first().click(),
  floor: async (page) => {
    await openFile(page, 'tickets.softprompt.json');
    await codeLens(page, 'Train').click();
  },
};

describe.each(versions)('the first minute in the %s editor', (version) => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor({ version, files: version === 'floor' ? await smallWorkspace(60) : {} });
  });
  afterAll(() => editor.stop());

  test('leads from empty views to a saved prompt with its nearest tokens', { timeout: 900_000 }, async () => {
    const page = await editor.openPage();
    await openContainer(page, 'Softprompt');
    await page.getByText('No soft prompt has been trained here yet.').waitFor();
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `empty views, ${theme} (${version})`);
    }

    const beganMs = performance.now();
    await begin[version](page);
    const panel = trainingPanel(page);
    await panel.locator('softprompt-chart').first().waitFor(patience);
    console.log(`${version}: ${((performance.now() - beganMs) / 1000).toFixed(1)} s from the start to the first point`);
    await panel.getByText(/[+−][\d.]+ points against no prompt/).waitFor(patience);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `training, ${theme} (${version})`);
    }

    await panel.getByText(/^Finished after \d+ steps\.$/).waitFor(patience);
    const saved = treeItem(
      page,
      /^tickets, [\d.]+ % accuracy on (test|dev) \([+−][\d.]+ over no prompt\), prompt tuning/,
    );
    await saved.click();
    await page.keyboard.press('ArrowRight');
    const [prompt] = await listPrompts(editor.store);
    if (!prompt || 'damage' in prompt) throw new Error('No prompt was saved, or a damaged one.');
    const [token] = prompt.value.nearest ?? [];
    if (!token) throw new Error('The prompt was saved without its nearest tokens.');
    const nearest = token.nearest.slice(0, 3).map((near) => quoted(near.token));
    const similarity = token.nearest[0]?.similarity.toFixed(2) ?? '';
    await treeItem(page, `virtual token 1, nearest ${nearest.join(', ')}, similarity ${similarity}`).waitFor();
    expect(await readFile(join(prompt.folder, 'adapter_config.json'), 'utf8')).toContain('PROMPT_TUNING');
    expect(await dialog(page).count()).toBe(0);
    expectNoCspMessages(page);

    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `trained, ${theme} (${version})`);
      expect(await axeViolations(panel)).toEqual([]);
    }
    console.log(`${version}: the extension was activated in ${await activationTime(page)}`);
  });
});
