import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { codeLens, openFile, problem, runCommand } from './support/workbench.js';

test('a broken recipe shows its problems with their places until it is mended', async () => {
  const files = await smallWorkspace(20);
  const broken = files['tickets.softprompt.json'].replace('tickets.csv', 'missing.csv');
  const worse = broken.replace('"maxSteps": 20', '"maxSteps": "twenty"');
  const editor = await startEditor({
    version: 'current',
    files: { ...files, 'tickets.softprompt.json': worse },
  });
  const recipe = join(editor.workspace, 'tickets.softprompt.json');
  const page = await editor.openPage();
  await openFile(page, 'tickets.softprompt.json');
  // It is in the document before it is shown.
  await codeLens(page, 'Train').waitFor();
  expect(await codeLens(page, 'Train').innerText()).toContain('Train');
  await runCommand(page, 'Problems: Focus on Problems View');

  // What the schema sees, then what only a look at the files does.
  await problem(page, /Incorrect type\. Expected "integer"\.\s*\[Ln 12, Col 17\]/).waitFor();
  await writeFile(recipe, broken);
  await problem(page, 'Incorrect type').waitFor({ state: 'detached' });
  await problem(page, /missing\.csv.*\[Ln 3, Col 14\]/).waitFor();
  await screenshot(page, 'broken recipe');
  await writeFile(recipe, files['tickets.softprompt.json']);
  await page.getByText('No problems have been detected in the workspace.').waitFor();
  await expect.poll(() => codeLens(page, 'Train').count()).toBe(1);
});
