import { expect, test } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor, type Editor } from './support/editor.js';
import { sampleAsCsv, smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { axeViolations, expectNoCspMessages, webview } from './support/webview.js';
import {
  chooseFromMenu,
  codeLens,
  dialog,
  openContainer,
  quickInput,
  quickInputText,
  quickPickItem,
  runCommand,
  setTheme,
  themes,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 120_000 };
const users = ['ada', 'ben', 'cleo', 'dora'];

/** The sample's rows, which belong to four users in turns. */
async function rowsOfUsers(count: number): Promise<string> {
  const [head = '', ...rows] = (await sampleAsCsv(count)).trim().split('\n');
  return [`${head},user`, ...rows.map((row, i) => `${row},${users[i % users.length] ?? ''}`)].join('\n');
}

async function trainedByUser(): Promise<Editor> {
  const { 'tickets.softprompt.json': text } = await smallWorkspace(6);
  const { data, ...recipe } = JSON.parse(text) as { data: object };
  const labels = Object.fromEntries(['account', 'billing', 'shipping', 'technical'].map((name) => [name, name]));
  const grouped = { ...recipe, name: 'by-user', data: { ...data, labels }, groupBy: 'user' };
  const editor = await startEditor({
    version: 'current',
    files: {
      'tickets.csv': await rowsOfUsers(96),
      'fresh.csv': await rowsOfUsers(16),
      'by-user.softprompt.json': JSON.stringify(grouped, undefined, 2),
    },
  });
  await softprompt(editor, ['train', 'by-user.softprompt.json', '--store', editor.store]);
  return editor;
}

test('prompts of groups are listed, found, evaluated and taken out in the sidebar', { timeout: 400_000 }, async () => {
  const editor = await trainedByUser();
  const page = await editor.openPage();
  await openContainer(page, 'Softprompt');
  await treeItem(page, /^by-user, one prompt for each user: 4/).click(patience);
  await page.keyboard.press('ArrowRight');
  for (const user of users) await treeItem(page, new RegExp(`^user ${user},`)).waitFor();
  for (const theme of themes) {
    await setTheme(editor, page, theme);
    await screenshot(page, `prompts of groups, ${theme}`);
  }

  await runCommand(page, 'Softprompt: Find Group…');
  await quickPickItem(page, /^by-user/).click();
  await quickInput(page).getByText('Find Group in by-user').waitFor();
  await quickInputText(page).fill('cle');
  await screenshot(page, 'find group');
  await quickPickItem(page, /^cleo/).click();
  const cleo = treeItem(page, /^user cleo,/);
  await expect.poll(() => cleo.getAttribute('aria-selected')).toBe('true');

  await chooseFromMenu(page, cleo, 'Make It a Prompt of Its Own');
  await treeItem(page, /^by-user-cleo, .*prompt tuning/).waitFor(patience);

  // Each row is judged where it stands, by its own user's prompt.
  await chooseFromMenu(page, treeItem(page, /^by-user, one prompt/), 'Evaluate on a File…');
  await quickPickItem(page, /fresh\.csv/).click();
  const score = page.locator('.codelens-decoration a').filter({ hasText: /^[\d.]+ % \(\d+ of 16\)$/ });
  await score.waitFor(patience);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await runCommand(page, 'Show or Focus Hover');
  await page.locator('.monaco-hover:visible').getByText('Group: ada').waitFor(patience);
  await screenshot(page, 'groups evaluated');
  await page.keyboard.press('Escape');

  await codeLens(page, 'confusion').click();
  const panel = webview(page);
  await panel.getByText('Each user').click(patience);
  const table = panel.getByRole('region', { name: 'Each user' });
  await expect.poll(() => table.getByRole('rowheader').allInnerTexts(), patience).toHaveLength(users.length);
  expect((await table.getByRole('rowheader').allInnerTexts()).sort()).toEqual(users);
  expectNoCspMessages(page);
  for (const theme of themes) {
    await setTheme(editor, page, theme);
    await screenshot(page, `results of groups, ${theme}`);
    expect(await axeViolations(panel)).toEqual([]);
  }
  expect(await dialog(page).count()).toBe(0);
});
