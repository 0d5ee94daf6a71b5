import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPrompts } from '../../src/store/catalogue.js';
import { softprompt } from './support/commandLine.js';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { expectNoCspMessages, trainingPanel } from './support/webview.js';
import {
  chooseFolder,
  openContainer,
  quickInputText,
  quickPickItem,
  runCommand,
  toastButton,
  toasts,
  treeItem,
} from './support/workbench.js';

const patience = { timeout: 120_000 };
const folders = async (store: string): Promise<string[]> =>
  (await listPrompts(store)).map(({ folder }) => folder.slice(store.length)).sort();

test(
  'a saved prompt is renamed, deleted, brought back, taken away, brought in again and trained further',
  { timeout: 400_000 },
  async () => {
    const editor = await startEditor({ version: 'current', files: await smallWorkspace(20) });
    await softprompt(editor, ['train', 'tickets.softprompt.json', '--store', editor.store]);
    const vectors = (name: string, folder = join(editor.store, 'prompts')): Promise<Buffer> =>
      readFile(join(folder, name, 'adapter_model.safetensors'));
    const first = await vectors('tickets');
    const page = await editor.openPage();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openContainer(page, 'Softprompt');

    await treeItem(page, /^tickets, .*prompt tuning/).click();
    await page.keyboard.press('F2');
    await quickInputText(page).fill('queues');
    await page.keyboard.press('Enter');
    const renamed = treeItem(page, /^queues, .*prompt tuning/);
    await renamed.click();

    await page.keyboard.press('Delete');
    await toasts(page).getByText('Deleted the prompt queues.').waitFor();
    await renamed.waitFor({ state: 'detached' });
    expect(await folders(editor.store)).toEqual([]);
    await toastButton(page, 'Undo').click();
    await renamed.waitFor();
    expect(await vectors('queues')).toEqual(first);

    await runCommand(page, 'Softprompt: Copy Python Snippet');
    await quickPickItem(page, /queues/).click();
    const snippet = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
    await expect.poll(snippet).toContain(`PeftModel.from_pretrained`);
    expect(await snippet()).toContain(join(editor.store, 'prompts', 'queues'));

    await runCommand(page, 'Softprompt: Export Prompt…');
    await quickPickItem(page, /queues/).click();
    await quickPickItem(page, /PEFT adapter/).click();
    await chooseFolder(page, editor.home, 'Export Here');
    await toasts(page)
      .getByText(/^Exported queues to /)
      .waitFor();
    expect(await vectors('queues', editor.home)).toEqual(first);

    await runCommand(page, 'Softprompt: Import Prompt…');
    await quickPickItem(page, /A PEFT adapter’s folder/).click();
    await chooseFolder(page, join(editor.home, 'queues'), 'Import');
    await treeItem(page, /^queues-2, .*prompt tuning/).waitFor();
    expect(await vectors('queues-2')).toEqual(first);

    await runCommand(page, 'Softprompt: Continue Training…');
    await quickPickItem(page, /^queues,/).click();
    await quickPickItem(page, /^Prompt tuning, as it was trained/).click();
    await quickPickItem(page, /Train 20 more steps/).click();
    await trainingPanel(page).getByText('Finished after 20 steps.').waitFor(patience);
    expect(await folders(editor.store)).toHaveLength(3);
    expectNoCspMessages(page);
  },
);
