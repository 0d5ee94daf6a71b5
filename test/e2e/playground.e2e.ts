import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { versions } from './support/server.js';
import { axeViolations, expectNoCspMessages, webview } from './support/webview.js';
import {
  dialog,
  openContainer,
  quickPickItem,
  reload,
  runCommand,
  setTheme,
  themes,
  treeItem,
} from './support/workbench.js';

/** Asks until the list stays: it closes where the focus still comes back from elsewhere. */
const picked = (page: Page, ask: () => Promise<void>, item: RegExp): Promise<void> =>
  vi.waitFor(
    async () => {
      await ask();
      await quickPickItem(page, item).click({ timeout: 5000 });
    },
    { timeout: 60_000 },
  );

const patience = { timeout: 120_000 };
const percent = /^[\d.]+ %$/;

test.each(versions)(
  'a saved prompt is tried beside its bare model and another prompt (%s)',
  { timeout: 600_000 },
  async (version) => {
    const files = await smallWorkspace(12);
    const writer = {
      data: {
        train: 'tickets.csv',
        template: 'A ticket on {queue}:',
        target: '{text}',
        task: 'generation',
        devRows: 8,
      },
      method: { peft_type: 'PROMPT_TUNING', num_virtual_tokens: 2 },
      training: { maxSteps: 2, evalEvery: 2, batchSize: 4 },
      baseline: false,
    };
    const editor = await startEditor({
      version,
      files: { ...files, 'writer.softprompt.json': JSON.stringify(writer) },
    });
    const train = (recipe: string, name: string): Promise<string> =>
      softprompt(editor, ['train', recipe, '--name', name, '--store', editor.store]);
    await train('tickets.softprompt.json', 'tickets');
    await train('tickets.softprompt.json', 'tickets-again');
    await train('writer.softprompt.json', 'writer');

    const page = await editor.openPage();
    await openContainer(page, 'Softprompt');
    // By the keyboard alone, from the command palette.
    await treeItem(page, /^tickets, .*prompt tuning/).waitFor();
    await runCommand(page, 'Softprompt: Try It');
    await quickPickItem(page, /^tickets,/).click();
    const panel = webview(page);
    const card = (name: string) => panel.getByRole('region', { name });
    await panel.getByText('Type an input, or take a row of your data.').waitFor(patience);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `playground empty, ${theme} (${version})`);
    }

    await panel.getByLabel('text', { exact: true }).fill('Where is my parcel? It is a week late.');
    await page.keyboard.press('Control+Enter');
    await card('With tickets').getByText(percent).first().waitFor(patience);
    await card('Without a prompt').getByText(percent).first().waitFor(patience);
    await expect.poll(() => card('With tickets').getByText(percent).count()).toBe(4);

    await panel.getByRole('button', { name: 'Choose a prompt…' }).click();
    await quickPickItem(page, /^tickets-again,/).click();
    await card('With tickets-again').waitFor(patience);
    await picked(page, () => panel.getByRole('button', { name: 'Take a row…' }).click(), /^tickets.csv/);
    await quickPickItem(page, /line 2$/).click();
    await panel.getByText('tickets.csv:2').waitFor();
    await panel.getByRole('button', { name: 'Run (Ctrl+Enter)' }).click();
    await card('With tickets-again').getByText(percent).first().waitFor(patience);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `playground labels, ${theme} (${version})`);
    }

    await reload(page);
    await card('With tickets-again').getByText(percent).first().waitFor(patience);
    expect(await panel.getByLabel('text', { exact: true }).inputValue()).not.toBe('');

    await picked(page, () => runCommand(page, 'Softprompt: Try It'), /^writer,/);
    await panel.getByLabel('queue', { exact: true }).fill('billing');
    await panel.getByText('Sampling').click();
    await panel.getByLabel('Most tokens').fill('12');
    await panel.getByLabel('Temperature').fill('1');
    await panel.getByText('temperature 1 · seed 0 · at most 12 tokens').waitFor();
    await panel.getByLabel('Temperature').press('Control+Enter');
    const facts = /^\d+ tokens? · [\d.]+ tokens\/s · [\d.]+ s · /;
    await card('With writer').getByText(facts).waitFor(patience);
    await card('Without a prompt').getByText(facts).waitFor(patience);
    expect(await dialog(page).count()).toBe(0);
    expectNoCspMessages(page);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `playground text, ${theme} (${version})`);
      expect(await axeViolations(panel)).toEqual([]);
    }
  },
);
