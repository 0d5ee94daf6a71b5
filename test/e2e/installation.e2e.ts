import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEditor, type Editor } from './support/editor.js';
import { screenshot } from './support/screenshots.js';
import { versions } from './support/server.js';
import { expectNoCspMessages } from './support/webview.js';
import { dialog, quickPickItems, runCommand, runningExtensions, toasts } from './support/workbench.js';

describe.each(versions)('the packaged extension in the %s editor', (version) => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor({
      version,
      files: { 'notes.txt': 'none of ours', 'recipes/reviews.softprompt.json': '{ "data": { "train": "train.tsv" } }' },
    });
  });
  afterAll(() => editor.stop());

  test('starts when a command of its own is used, and not before', async () => {
    // A workspace that nothing of ours is in: recipes have tests, which are listed before anybody asks.
    const plain = await startEditor({ version, files: { 'notes.txt': 'none of ours' } });
    const page = await plain.openPage();
    const running = await runningExtensions(page);
    // The floor opens its own settings as it starts, a jsonc document, as recipes are.
    if (version === 'current') expect(await running.allInnerTexts()).not.toContain('Softprompt');
    await runCommand(page, 'Softprompt: Train Prompt');
    await running.getByText('Softprompt').waitFor();
    await plain.stop();
  });

  test('Train Prompt offers the recipes of the workspace and the sample', async () => {
    const page = await editor.openPage();
    await runCommand(page, 'Softprompt: Train Prompt');
    // The workspace's files come as they are found.
    const offered: unknown[] = ['reviews', 'The sample', 'Browse…'].map((name) => expect.stringContaining(name));
    await expect.poll(() => quickPickItems(page).allInnerTexts(), { timeout: 30_000 }).toEqual(offered);
    await screenshot(page, `train prompt (${version})`);
    expect(await toasts(page).count()).toBe(0);
    expect(await dialog(page).count()).toBe(0);
    expectNoCspMessages(page);
  });

  test('brings its own Node and engine, which need no other package', async () => {
    const launcher = join(editor.extension, 'dist', 'bin', 'softprompt');
    expect((await stat(launcher)).mode & 0o111).toBe(0o111);
    const recipe = join(editor.extension, 'media', 'sample', 'tickets.softprompt.json');
    const options = ['--steps', '2', '--baseline', 'off', '--json', '--store', join(editor.home, 'store')];
    // Where no other Node can be found.
    const env = { HOME: editor.home, PATH: editor.home };
    const { stdout } = await promisify(execFile)(launcher, ['train', recipe, ...options], { cwd: editor.home, env });
    expect(stdout).toMatch(/"event":"saved"|"prompt"/);
  });
});
