import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listPrompts } from '../../src/store/catalogue.js';
import { startEditor, type Editor } from './support/editor.js';
import { screenshot } from './support/screenshots.js';
import { versions } from './support/server.js';
import { axeViolations, expectNoCspMessages, trainingPanel } from './support/webview.js';
import { dialog, openContainer, setTheme, treeItem } from './support/workbench.js';

const patience = { timeout: 240_000 };

describe.each(versions)('the first minute in the %s editor', (version) => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor({ version });
  });
  afterAll(() => editor.stop());

  test('from empty views to a saved prompt with its nearest tokens', { timeout: 400_000 }, async () => {
    const page = await editor.openPage();
    await openContainer(page, 'Softprompt');
    const sample = page.getByRole('button', { name: 'Try the Sample' }).first();
    await sample.waitFor(patience);
    await screenshot(page, `empty views (${version})`);
    await sample.click();

    const panel = trainingPanel(page);
    await panel
      .getByText(/step \d+ \/ 800/i)
      .first()
      .waitFor(patience);
    await screenshot(page, `training begins (${version})`);
    await panel
      .getByText(/over no prompt/)
      .first()
      .waitFor(patience);
    await treeItem(page, /tickets/)
      .first()
      .waitFor(patience);
    for (const theme of ['light', 'dark', 'highContrast'] as const) {
      await setTheme(editor, page, theme);
      await screenshot(page, `training (${theme}, ${version})`);
      expect(await axeViolations(panel)).toEqual([]);
    }
    await expect.poll(async () => (await listPrompts(join(editor.workspace, '.softprompt'))).length, patience).toBe(1);
    const [prompt] = await listPrompts(join(editor.workspace, '.softprompt'));
    if (!prompt || !('value' in prompt)) throw new Error('the prompt is damaged');
    const card = treeItem(page, /tickets, /).first();
    await card.waitFor(patience);
    const nearest = prompt.value.nearest?.[0]?.nearest[0]?.token.trim() ?? '';
    expect(nearest).not.toBe('');
    await screenshot(page, `saved prompt (${version})`);
    expect(await readFile(join(prompt.folder, 'adapter_config.json'), 'utf8')).toContain('PROMPT_TUNING');
    expect(await dialog(page).count()).toBe(0);
    expectNoCspMessages(page);
  });
});
