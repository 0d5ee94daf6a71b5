import { test } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { openContainer, toasts, treeItem } from './support/workbench.js';

test('a prompt that the command line trains appears by itself', { timeout: 240_000 }, async () => {
  const editor = await startEditor({ version: 'current', files: await smallWorkspace(20) });
  const page = await editor.openPage();
  await openContainer(page, 'Softprompt');
  await page.getByText('No soft prompt has been trained here yet.').waitFor();
  await softprompt(editor, ['train', 'tickets.softprompt.json', '--store', editor.store]);
  await treeItem(page, /^tickets, .*prompt tuning, 4 virtual tokens/).waitFor();
  await treeItem(page, /^tickets, Finished/).waitFor();
  await toasts(page)
    .getByText(/^tickets: [\d.]+ % accuracy on dev/)
    .waitFor();
});
