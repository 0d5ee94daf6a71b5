import { join } from 'node:path';
import { expect, test } from 'vitest';
import { softprompt } from './support/commandLine.js';
import { startEditor } from './support/editor.js';
import { smallWorkspace } from './support/recipes.js';
import { onlyRun, stepsOf, trained, upTo } from './support/runs.js';
import { screenshot } from './support/screenshots.js';
import { versions } from './support/server.js';
import { expectNoCspMessages, lossChart, stepOf, trainingPanel } from './support/webview.js';
import { codeLens, openContainer, openFile, reload, treeItem } from './support/workbench.js';

const patience = { timeout: 180_000 };
const steps = 300;

test.each(versions)(
  'a run that is reloaded over, killed and paused ends with the bytes of an undisturbed one (%s)',
  { timeout: 900_000 },
  async (version) => {
    const editor = await startEditor({ version, files: await smallWorkspace(steps) });
    const elsewhere = join(editor.home, 'elsewhere');
    const undisturbed = softprompt(
      editor,
      ['train', 'tickets.softprompt.json', '--store', join(elsewhere, 'store')],
      elsewhere,
    );

    const page = await editor.openPage();
    await openContainer(page, 'Softprompt');
    await openFile(page, 'tickets.softprompt.json');
    await codeLens(page, 'Train').click();
    const panel = trainingPanel(page);
    const goesOn = async (): Promise<unknown> => {
      const seen = await stepOf(panel);
      return expect.poll(() => stepOf(panel), patience).toBeGreaterThan(seen + 10);
    };
    const kill = async (): Promise<void> => {
      const { state, status } = await onlyRun(editor);
      expect(state).toBe('running');
      process.kill(status.pid, 'SIGKILL');
    };

    await goesOn();
    await reload(page);
    await goesOn();

    // This window did not start the process, so it knows less of its end than one that did.
    await kill();
    await panel.getByText(/^The training process is gone since step \d+/).waitFor(patience);
    await treeItem(page, /^tickets, Failed, The training process is gone since step \d+/).waitFor();
    await screenshot(page, `killed (${version})`);
    await panel.getByRole('button', { name: 'Resume' }).click();

    await goesOn();
    await kill();
    await panel.getByText(/^The training process was killed at step \d+ \(SIGKILL\)/).waitFor(patience);
    const run = treeItem(page, /^tickets, Failed, The training process was killed at step \d+/);
    await run.hover();
    await run.getByRole('button', { name: 'Resume Run' }).click();

    await goesOn();
    await panel.getByRole('button', { name: 'Pause' }).click();
    await panel.getByText(/^Paused after step \d+; the cores are free\.$/).waitFor(patience);
    await reload(page);
    await panel.getByText(/^Paused after step \d+; the cores are free\.$/).waitFor(patience);
    await lossChart(panel, (await stepsOf(await onlyRun(editor))).length).waitFor();
    await screenshot(page, `paused (${version})`);
    await panel.getByRole('button', { name: 'Continue' }).click();

    await panel.getByText(`Finished after ${steps} steps.`).waitFor(patience);
    await lossChart(panel, steps).waitFor();
    expect(await stepsOf(await onlyRun(editor))).toEqual(upTo(steps));
    await undisturbed;
    expect(await trained(editor.store)).toEqual(await trained(join(elsewhere, 'store')));
    expectNoCspMessages(page);
  },
);
