import { expect, test } from 'vitest';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { axeViolations, collectCspMessages, expectNoCspMessages, webview } from './support/webview.js';
import {
  codeLens,
  openFile,
  quickInput,
  quickInputText,
  reload,
  runCommand,
  setTheme,
  themes,
} from './support/workbench.js';

const patience = { timeout: 240_000 };

test('a recipe’s sweep fills its panel and its table, and its runs become a report', { timeout: 600_000 }, async () => {
  const files = await smallWorkspace(12);
  const sweep = { 'method.num_virtual_tokens': [2, 4, 8], 'training.seed': { from: 1, to: 2 } };
  const recipe = { ...(JSON.parse(files['tickets.softprompt.json']) as object), name: 'lengths', sweep };
  const editor = await startEditor({
    version: 'current',
    files: { 'tickets.csv': files['tickets.csv'], 'lengths.softprompt.json': JSON.stringify(recipe, undefined, 2) },
  });
  const page = await editor.openPage();
  await openFile(page, 'lengths.softprompt.json');
  await codeLens(page, 'Sweep (6 runs)').click();
  const panel = webview(page);
  await panel.getByText('6 of 6 runs finished').first().waitFor(patience);
  const combinations = panel.getByRole('region', { name: 'Combinations' }).getByRole('row');
  await expect.poll(() => combinations.count()).toBe(4);
  await expect.poll(() => combinations.filter({ hasText: '2/2' }).count()).toBe(3);
  await panel.getByRole('heading', { name: 'Runs' }).click();
  await expect.poll(() => panel.getByRole('button', { name: 'Open run' }).count()).toBe(6);
  for (const theme of themes) {
    await setTheme(editor, page, theme);
    await screenshot(page, `sweep, ${theme}`);
  }
  expectNoCspMessages(page);
  expect(await axeViolations(panel)).toEqual([]);
  // What axe itself did is forgotten.
  collectCspMessages(page);

  await reload(page);
  await webview(page).getByText('6 of 6 runs finished').first().waitFor(patience);

  await runCommand(page, 'Softprompt: Show Report');
  // What is finished is chosen already.
  await quickInput(page).getByText('6 Selected').waitFor();
  await quickInputText(page).press('Enter');
  const report = webview(page);
  await report.getByRole('heading', { name: 'Runs' }).first().waitFor(patience);
  for (const theme of themes) {
    await setTheme(editor, page, theme);
    await screenshot(page, `report, ${theme}`);
  }
  expectNoCspMessages(page);
  expect(await axeViolations(report)).toEqual([]);
});
