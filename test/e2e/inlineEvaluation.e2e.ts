import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor, type Editor } from './support/editor.js';
import { killProcessesNaming } from './support/processes.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { versions } from './support/server.js';
import { axeViolations, expectNoCspMessages, webview } from './support/webview.js';
import {
  chooseFromMenu,
  codeLens,
  dialog,
  openContainer,
  openFile,
  quickInput,
  quickInputText,
  quickPickItem,
  reload,
  runCommand,
  setTheme,
  themes,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 120_000 };

/** The first rows of the sample's test file, and two that take several lines as a spreadsheet saves them. */
async function testFiles(): Promise<Record<'test.jsonl' | 'quoted.csv' | 'renamed.csv', string>> {
  const lines = (await readFile(join('media', 'sample', 'tickets', 'test.jsonl'), 'utf8')).split('\n').slice(0, 24);
  return {
    'test.jsonl': `${lines.join('\n')}\n`,
    'quoted.csv': 'text,queue\n"My parcel,\nis it ""lost""?",shipping\nThe app does not start.,technical\n',
    'renamed.csv': 'message,team\nWhere is my parcel?,shipping\nI was charged twice.,billing\n',
  };
}

/** What stands at the ends of rows, or in front of them, from above: ✓ account 0.58. */
async function marks(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('.monaco-editor .view-line span[class*="ced-"]')].flatMap((e) =>
    ['::before', '::after'].map((part) => getComputedStyle(e, part).content.replace(/^"|"$/g, '')).filter((text) => /^[✓✗⚠]/.test(text)))`);
}
const lens = (page: Page, text: string | RegExp): Locator =>
  page.locator('.codelens-decoration a').filter({ hasText: text }).first();
/** 45.8 % (11 of 24) */
const score = (page: Page, rows: number): Locator => lens(page, new RegExp(`^[\\d.]+ % \\(\\d+ of ${rows}\\)$`));

describe.each(versions)('evaluating a file in the %s editor', (version) => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor({ version, files: { ...(await smallWorkspace(20)), ...(await testFiles()) } });
    await softprompt(editor, ['train', 'tickets.softprompt.json', '--store', editor.store]);
  });
  afterAll(() => editor.stop());

  test('marks its rows, follows its edits and shows the results', { timeout: 400_000 }, async () => {
    const page = await editor.openPage();
    await openFile(page, 'test.jsonl');
    await codeLens(page, 'Evaluate with tickets').click(patience);
    await score(page, 24).waitFor(patience);
    await expect.poll(() => marks(page), patience).toHaveLength(24);
    const before = await marks(page);
    expect(before.every((mark) => /^[✓✗] \w+ [01]\.\d\d$/.test(mark))).toBe(true);
    const wrong = before.filter((mark) => mark.startsWith('✗')).length;
    expect(wrong).toBeGreaterThan(0);
    await codeLens(page, `${wrong} wrong: next ↓`).waitFor();
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `inline evaluation, ${theme} (${version})`);
    }

    // The first wrong row from the first line, which the cursor stands on.
    await codeLens(page, 'next ↓').click();
    const firstWrong = before.findIndex((mark, i) => i > 0 && mark.startsWith('✗'));
    await page.getByRole('button', { name: new RegExp(`Ln ${firstWrong + 1}, Col 1`) }).waitFor();
    await runCommand(page, 'Show or Focus Hover');
    const hover = page.locator('.monaco-hover:visible');
    await hover.getByText('Nearest competitor').waitFor(patience);
    await screenshot(page, `hover of a row (${version})`);
    await page.keyboard.press('Escape');

    // An edited row loses its mark at once, and gets another; the rest keep theirs.
    await page.locator('.monaco-editor .view-line').first().click();
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < '{"text": "'.length; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.type('The invoice, the invoice, the refund. ');
    const isMark: unknown = expect.stringMatching(/^[✓✗] \w+ [01]\.\d\d$/);
    await expect.poll(() => marks(page), patience).toEqual([isMark, ...before.slice(1)]);
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Control+Shift+K');
    await expect.poll(() => marks(page), patience).toEqual(before.slice(1));
    await score(page, 23).waitFor(patience);
    expect(await dialog(page).count()).toBe(0);

    await codeLens(page, 'confusion').click();
    const panel = webview(page);
    await panel.getByRole('grid').getByRole('row').nth(5).waitFor(patience);
    const cell = panel.locator('.confusion td:not(.diagonal) button.cell:not([disabled])').first();
    const count = Number(await cell.innerText());
    await cell.click();
    await expect.poll(() => panel.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(count + 1));
    await panel.getByRole('button', { name: /taken for .* show all rows/ }).waitFor();
    expectNoCspMessages(page);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `results, ${theme} (${version})`);
      expect(await axeViolations(panel)).toEqual([]);
    }
    await panel.getByRole('button', { name: /^All/ }).click();
    await panel.getByRole('button', { name: 'Export predictions' }).click();
    const path = quickInputText(page);
    await expect.poll(() => path.inputValue()).toContain('test.tickets.jsonl');
    await quickInput(page).getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByText('Exported the predictions to test.tickets.jsonl.').first().waitFor(patience);
    const exported = (await readFile(join(editor.workspace, 'test.tickets.jsonl'), 'utf8')).trim().split('\n');
    expect(exported).toHaveLength(23);

    // What was kept comes back with the window.
    await page.getByRole('tab', { name: /^test\.jsonl/ }).click();
    await page.keyboard.press('Control+S');
    await reload(page);
    await panel.getByRole('grid').getByRole('row').nth(5).waitFor(patience);
    await panel.getByText('finished', { exact: true }).waitFor(patience);
    await screenshot(page, `results after a reload (${version})`);
  });

  test('takes a quoted row of several lines for one, and asks for columns once', { timeout: 300_000 }, async () => {
    const page = await editor.openPage();
    await openFile(page, 'quoted.csv');
    await codeLens(page, 'Evaluate with tickets').click(patience);
    await score(page, 2).waitFor(patience);
    await expect.poll(() => marks(page), patience).toHaveLength(2);
    await screenshot(page, `quoted rows (${version})`);

    // From the tree, onto a file whose columns have other names.
    await openContainer(page, 'Softprompt');
    await chooseFromMenu(page, treeItem(page, /^tickets, .*prompt tuning/), 'Evaluate on a File…');
    await quickPickItem(page, /renamed\.csv/).click();
    await quickInput(page).getByText('Columns for tickets (1 of 2)').waitFor();
    await quickPickItem(page, 'message').click();
    await quickInput(page).getByText('Columns for tickets (2 of 2)').waitFor();
    await quickPickItem(page, 'team').click();
    await score(page, 2).waitFor(patience);
    await codeLens(page, 'Evaluate with tickets').click();
    await score(page, 2).waitFor(patience);
    expect(await quickInput(page).count()).toBe(0);
  });

  test('evaluates a file beyond what extensions see of an editor, from the Explorer, in the panel alone', async () => {
    const filler = 'and once more, as I wrote before, '.repeat(20);
    const rows = Array.from({ length: 30_000 }, (_, i) => `"Where is parcel ${i}, ${filler}?",shipping`);
    await writeFile(join(editor.workspace, 'large.csv'), ['text,queue', ...rows].join('\n'));
    const page = await editor.openPage();
    // Once the tree knows the prompt, the menu does; it needs room for all of its entries.
    await openContainer(page, 'Softprompt');
    await treeItem(page, /^tickets, .*prompt tuning/).waitFor(patience);
    await page.setViewportSize({ width: 1280, height: 1400 });
    await openContainer(page, 'Explorer');
    await chooseFromMenu(page, treeItem(page, /^large\.csv/), 'Evaluate with Prompt…');
    await quickPickItem(page, /^tickets/).click();
    const panel = webview(page);
    await panel.getByText(/[1-9][\d,]* of 30,000/).waitFor(patience);
    await panel.getByRole('grid').press('End');
    const last = panel.locator('[aria-rowindex="30001"]');
    await last.getByText('not judged yet').waitFor({ state: 'attached', ...patience });
    await screenshot(page, `results of a large file (${version})`);
    await panel.getByRole('button', { name: 'Stop' }).click();
    await panel.getByText(/^Stopped at [1-9][\d,]* of 30,000\.$/).waitFor(patience);
    await rm(join(editor.workspace, 'large.csv'));
  });

  test('says why nothing is known any more', { timeout: 300_000 }, async () => {
    const page = await editor.openPage();
    await openFile(page, 'quoted.csv');
    await codeLens(page, 'Evaluate with tickets').click(patience);
    await expect.poll(() => marks(page), patience).toHaveLength(2);
    await killProcessesNaming(join(editor.extension, 'dist', 'trainer.mjs'));
    await codeLens(page, 'Evaluate again').click(patience);
    await expect.poll(() => marks(page), patience).toHaveLength(2);
    await rm(join(editor.workspace, 'quoted.csv'));
    await lens(page, /there is no such file/).waitFor(patience);
    expect(await marks(page)).toEqual([]);
    await runCommand(page, 'Softprompt: Clear Evaluation');
    await lens(page, /there is no such file/).waitFor({ state: 'detached' });

    await openFile(page, 'test.jsonl');
    await codeLens(page, 'Evaluate with tickets').click(patience);
    await expect.poll(() => marks(page), patience).not.toEqual([]);
    await rm(join(editor.store, 'prompts', 'tickets'), { recursive: true });
    await lens(page, /tickets was renamed or deleted/).waitFor(patience);
    expect(await marks(page)).toEqual([]);
  });
});
