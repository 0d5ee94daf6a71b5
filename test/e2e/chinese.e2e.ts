import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { expectNoCspMessages, trainingPanel } from './support/webview.js';
import { openContainer, quickInput, quickPickItem, runCommand } from './support/workbench.js';

const patience = { timeout: 120_000 };
const readStrings = async (file: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;

test('views, commands and the panel speak Chinese where the editor does', { timeout: 240_000 }, async () => {
  const contributed = await readStrings('package.nls.zh-cn.json');
  const said = await readStrings('media/l10n/bundle.l10n.zh-cn.json');
  const editor = await startEditor({ version: 'current', locale: 'zh-cn', files: await smallWorkspace(30) });
  const page = await editor.openPage();
  await openContainer(page, 'Softprompt');
  for (const view of ['prompts', 'runs']) {
    await page
      .locator('.pane-header')
      .getByText(contributed[`view.${view}`] ?? '', { exact: true })
      .waitFor();
    await page.getByText(contributed[`welcome.${view}`]?.split('\n')[0] ?? '').waitFor();
  }

  await runCommand(page, `Softprompt: ${contributed['command.trainPrompt']}`);
  await quickPickItem(page, /tickets\.softprompt\.json/).click();
  await quickInput(page).getByText('2/2').waitFor();
  await page.keyboard.press('Enter');
  const panel = trainingPanel(page);
  await panel
    .getByRole('banner')
    .getByText(said['Finished'] ?? '')
    .waitFor(patience);
  for (const heading of ['Loss', 'What changed', 'What the prompt looks like now', 'Log']) {
    await panel.getByRole('heading', { name: said[heading] ?? '' }).waitFor();
  }
  await screenshot(page, 'chinese');
  expectNoCspMessages(page);
  expect(await panel.locator('html').getAttribute('lang')).toBe('zh-cn');
});
