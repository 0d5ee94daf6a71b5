import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startEditor } from './support/editor.js';
import { processesNaming } from './support/processes.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { codeLens, openContainer, openFile, quickInput, runCommand, toasts } from './support/workbench.js';

test('of a workspace that is not trusted nothing is read or run, and the views say why', async () => {
  const files = await smallWorkspace(20);
  // A trusted one would be told that there is no such file.
  files['tickets.softprompt.json'] = files['tickets.softprompt.json'].replace('tickets.csv', 'missing.csv');
  const editor = await startEditor({ version: 'current', trusted: false, files });
  const page = await editor.openPage();
  await openContainer(page, 'Softprompt');
  const reason = 'This workspace is not trusted, so its recipes, data, models and prompts are neither read nor run.';
  await expect.poll(() => page.getByText(reason).count(), { timeout: 30_000 }).toBe(2);
  await screenshot(page, 'untrusted');

  await openFile(page, 'tickets.softprompt.json');
  await codeLens(page, 'Train').click();
  const explanation = toasts(page).getByText('only once it is trusted');
  await explanation.waitFor();
  await screenshot(page, 'untrusted, train');
  await runCommand(page, 'Notifications: Clear All Notifications');
  await explanation.waitFor({ state: 'detached' });
  await runCommand(page, 'Softprompt: Train Prompt');
  await explanation.waitFor();
  await quickInput(page).waitFor({ state: 'hidden' });

  expect(await processesNaming(editor.extension)).toEqual([]);
  expect(existsSync(editor.store)).toBe(false);
  expect(await page.locator('.squiggly-error').count()).toBe(0);
});
