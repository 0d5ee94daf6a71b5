import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listEnsembles } from '../../src/store/ensembles.js';
import { softprompt } from './support/commandLine.js';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { screenshot } from './support/screenshots.js';
import { axeViolations, expectNoCspMessages, webview } from './support/webview.js';
import {
  openContainer,
  quickInput,
  quickInputText,
  quickPickItem,
  reload,
  runCommand,
  setTheme,
  themes,
  toastButton,
  toasts,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 120_000 };

test(
  'prompts of two seeds become an ensemble, are run on a file, voted in three ways, and stay over a reload',
  { timeout: 600_000 },
  async () => {
    const editor = await startEditor({ version: 'current', files: await smallWorkspace(12) });
    for (const seed of ['1', '2']) {
      const train = ['train', 'tickets.softprompt.json', '--store', editor.store, '--baseline', 'off'];
      await softprompt(editor, [...train, '--seed', seed, '--name', `tickets-seed-${seed}`]);
    }
    const page = await editor.openPage();
    await openContainer(page, 'Softprompt');
    await treeItem(page, /^tickets-seed-1, .*prompt tuning/).waitFor(patience);

    await runCommand(page, 'Softprompt: New Ensemble…');
    await quickInput(page).getByText('2 Selected').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => quickInputText(page).inputValue()).toBe('tickets-seeds');
    await page.keyboard.press('Enter');
    const row = treeItem(page, /^tickets-seeds, .*2 members/);
    await row.waitFor(patience);
    await treeItem(page, /^tickets-seed-2$/).waitFor();

    await runCommand(page, 'Softprompt: Run Ensemble on a File…');
    await quickPickItem(page, /tickets-seeds/).click();
    await quickInput(page).getByText('Run tickets-seeds on a File').waitFor();
    await quickPickItem(page, /tickets\.csv/).click();
    const panel = webview(page);
    await panel.getByRole('row', { name: /^ensemble, majority/ }).waitFor(patience);
    await panel
      .getByText(/over the members’ mean/)
      .first()
      .waitFor();
    await panel.getByRole('img', { name: /^Reliability diagram/ }).waitFor();

    await panel.getByRole('radio', { name: 'mean probability' }).focus();
    await page.keyboard.press('Space');
    await panel.getByRole('row', { name: /^ensemble, mean probability/ }).waitFor();
    await expect
      .poll(async () => {
        const [listed] = await listEnsembles(editor.store);
        return listed && 'value' in listed && listed.value.vote;
      })
      .toBe('mean');
    const [listed] = await listEnsembles(editor.store);
    if (!listed || !('value' in listed)) throw new Error('The ensemble is not there.');
    expect(listed.value.results).toMatchObject({ file: join(editor.workspace, 'tickets.csv'), rows: 80 });
    expect(listed.value.results?.members).toHaveLength(2);
    await treeItem(page, /^tickets-seeds, .* accuracy by mean probability/).waitFor();

    expectNoCspMessages(page);
    expect(await axeViolations(panel)).toEqual([]);
    for (const theme of themes) {
      await setTheme(editor, page, theme);
      await screenshot(page, `ensemble, ${theme}`);
    }
    await reload(page);
    await webview(page)
      .getByRole('row', { name: /^ensemble, mean probability/ })
      .waitFor(patience);

    const deleted = treeItem(page, /^tickets-seeds, /);
    await deleted.click(patience);
    await page.keyboard.press('Delete');
    await toasts(page).getByText('Deleted the ensemble tickets-seeds').waitFor();
    await deleted.waitFor({ state: 'detached' });
    await toastButton(page, 'Undo').click();
    await deleted.waitFor();
    expect(await readFile(join(listed.folder, 'ensemble.json'), 'utf8')).toContain('prompts/tickets-seed-1');
  },
);
