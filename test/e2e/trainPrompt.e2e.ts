import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { parseRecipe } from '../../src/protocol/parseRecipe.js';
import { listPrompts } from '../../src/store/catalogue.js';
import { startEditor } from './support/editor.js';
import { sampleAsCsv } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { expectNoCspMessages, stepOf, trainingPanel } from './support/webview.js';
import {
  dialog,
  enterOn,
  openContainer,
  quickInput,
  quickInputMessage,
  quickInputText,
  quickPickItem,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 120_000 };

/** Answers a question of the quick pick that is at step `place` once it shows `item`. */
async function answer(page: Page, place: string, item: RegExp, typed = ''): Promise<void> {
  await quickInput(page).getByText(`Train Prompt (${place})`).waitFor(patience);
  await quickPickItem(page, item).first().waitFor(patience);
  await page.keyboard.type(typed);
  // What Enter would choose; while slow answers replace a list it may be nothing for a moment.
  await quickInput(page).locator('.monaco-list-row.focused').waitFor();
  await screenshot(page, `train prompt, ${place.replace('/', ' of ')}`);
  await page.keyboard.press('Enter');
}

async function runByKeyboard(page: Page, command: string): Promise<void> {
  await page.keyboard.press('F1');
  await quickInputText(page).waitFor();
  await page.keyboard.type(command);
  await enterOn(page, command);
}

test('Train Prompt makes a recipe and a prompt of a CSV file, by keyboard alone', { timeout: 400_000 }, async () => {
  const editor = await startEditor({
    version: 'current',
    files: { 'data/tickets.csv': await sampleAsCsv(80), 'notes.txt': 'none of ours' },
  });
  const page = await editor.openPage();
  await openContainer(page, 'Softprompt');
  await runByKeyboard(page, 'Softprompt: Train Prompt');

  await answer(page, '1/6', /tickets\.csv/, 'tickets');
  await answer(page, '2/6', /^line \d+ · \d+ tokens, ▢×20 .*⟨ \w+⟩$/);
  await answer(page, '3/6', /softprompt-9m.*parameters/);
  // Back and forth again: what was answered is still there.
  await quickInput(page).getByText('Train Prompt (4/6)').waitFor();
  await page.keyboard.press('Control+Alt+Minus');
  await answer(page, '3/6', /softprompt-9m.*parameters/);
  await answer(page, '4/6', /Virtual tokens: 20/, 'virtual tokens');
  await quickInput(page).getByText('How many virtual tokens').waitFor();
  await page.keyboard.type('4');
  await page.keyboard.press('Enter');
  await quickPickItem(page, /Virtual tokens: 4/)
    .first()
    .waitFor();
  // By its other name.
  await answer(page, '4/6', /Prefix tuning/, 'deep prompt');
  await quickInput(page).getByText('data/NAME.softprompt.json').waitFor();
  await page.keyboard.type('two words');
  await quickInputMessage(page).getByText('Letters, digits').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('queues');
  await page.keyboard.press('Enter');
  await answer(page, '6/6', /Start.* steps in .* of memory/);

  const panel = trainingPanel(page);
  await expect.poll(() => stepOf(panel), patience).toBeGreaterThan(5);
  await runByKeyboard(page, 'Softprompt: Stop Run and Keep the Best');
  await enterOn(page, /^queues/);
  await panel.getByText(/^Stopped at your wish after \d+ steps\.$/).waitFor(patience);
  await treeItem(page, /^queues, .*prefix tuning, 20 virtual tokens, base model softprompt-9m$/).waitFor();

  const recipe = await readFile(join(editor.workspace, 'data', 'queues.softprompt.json'), 'utf8');
  expect(recipe).toMatch(/^\/\/ How a soft prompt is trained\./);
  expect(parseRecipe(recipe, 'queues')).toMatchObject({
    name: 'queues',
    data: { train: 'tickets.csv', target: '{queue}' },
    method: { peft_type: 'PREFIX_TUNING', num_virtual_tokens: 20, prompt_tuning_init: 'activations' },
  });
  expect(await listPrompts(editor.store)).toMatchObject([{ value: { name: 'queues' } }]);
  expect(await dialog(page).count()).toBe(0);
  expectNoCspMessages(page);
});
