import type { FrameLocator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor, type Editor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { axeViolations, expectNoCspMessages, webview } from './support/webview.js';
import { quickPickItem, reload, runCommand, setTheme } from './support/workbench.js';

const patience = { timeout: 120_000 };

async function twoPrompts(): Promise<Editor> {
  const editor = await startEditor({ version: 'current', files: await smallWorkspace(12) });
  for (const [name, seed] of [
    ['tickets', '0'],
    ['queues', '1'],
  ] as const)
    await softprompt(editor, [
      'train',
      'tickets.softprompt.json',
      ...['--name', name, '--seed', seed, '--baseline', 'off', '--store', editor.store],
    ]);
  return editor;
}

const map = (page: FrameLocator) =>
  page.getByRole('application', { name: /^4 virtual tokens among [\d,]+ real ones\./ });

async function showMap(page: Page): Promise<FrameLocator> {
  await runCommand(page, 'Softprompt: Show in the Map');
  await quickPickItem(page, /tickets/).click();
  const panel = webview(page);
  await map(panel).waitFor(patience);
  return panel;
}

test(
  'the map of a prompt is chosen in, searched, read as a table, laid out anew and brought back; two prompts are compared',
  { timeout: 400_000 },
  async () => {
    const editor = await twoPrompts();
    const page = await editor.openPage();
    const panel = await showMap(page);

    await panel.getByRole('heading', { name: 'Virtual token 1' }).waitFor();
    await map(panel).focus();
    await page.keyboard.press('PageDown');
    await page.keyboard.press('+');
    await panel.getByRole('heading', { name: 'Virtual token 2' }).waitFor();
    await panel.getByText(/Cosine [\d.-]+, distance [\d.]+; it began nearest to/).waitFor();

    await panel.getByRole('searchbox', { name: 'Search a token' }).fill('account');
    await page.keyboard.press('Enter');
    await panel.getByText(/1 of \d+/).waitFor();
    await screenshot(page, 'map, a token found');

    await panel.getByRole('button', { name: 'Table' }).click();
    const table = panel.getByRole('region', { name: 'Virtual tokens' });
    await expect.poll(() => table.getByRole('row').count()).toBe(5);
    await table.getByRole('button', { name: 'virtual token 4' }).click();
    await panel.getByRole('heading', { name: 'Virtual token 4' }).waitFor();
    await screenshot(page, 'map as a table');
    await page.keyboard.press('t');

    await panel.getByRole('button', { name: 'UMAP' }).click();
    await panel.getByText('By direction; who is next to whom counts').waitFor(patience);
    await reload(page);
    await map(webview(page)).waitFor(patience);
    expect(await webview(page).getByRole('button', { name: 'UMAP' }).getAttribute('aria-pressed')).toBe('true');

    await webview(page).getByRole('button', { name: 'Compare…' }).click();
    await quickPickItem(page, /queues/).click();
    const compared = webview(page);
    await compared.getByRole('heading', { name: 'tickets and queues' }).waitFor(patience);
    const pairs = compared.getByRole('region', { name: 'Pairs of virtual tokens' });
    await expect.poll(() => pairs.getByRole('row').count()).toBe(5);
    await screenshot(page, 'two prompts compared');
    expectNoCspMessages(page);

    // axe itself sets styles that the policy forbids: from here on nobody counts those.
    expect(await axeViolations(compared)).toEqual([]);
    await showMap(page);
    for (const theme of ['light', 'dark', 'highContrast'] as const) {
      await setTheme(editor, page, theme);
      await screenshot(page, `map, ${theme}`);
      expect(await axeViolations(webview(page))).toEqual([]);
    }
    await webview(page).getByRole('button', { name: 'Table' }).click();
    expect(await axeViolations(webview(page))).toEqual([]);
  },
);
